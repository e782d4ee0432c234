// The keyboard: `/` searches, `j` and `k` walk through rows, Enter opens, `?` explains, Ctrl-K goes anywhere.

import { get } from "./lib/client.js";
import { debounce } from "./lib/debounce.js";
import { openDialog } from "./lib/dialog.js";
import { h, link } from "./lib/elements.js";
import { nextIndex } from "./lib/next_index.js";
import { listDestinations, SCREENS } from "./routes.js";

/** @import { Reader } from "./types.js" */

const ROW_LINKS = "tbody tr td.wide a:first-of-type, .rows > li > a:first-of-type";
const TYPING_PAUSE = 200;
const KEYED = SCREENS.filter(({ key }) => key);
const SHORTCUTS = [
  ["/", "search on this screen"],
  ["j, k", "next and previous row"],
  ["Enter", "open the row"],
  [
    `g, then ${KEYED.map(({ key }) => key).join(" ")}`,
    KEYED.map(({ title }) => title.toLowerCase()).join(", "),
  ],
  ["Ctrl-K", "go to a screen or a pattern by its name"],
  ["Esc", "close what is open"],
  ["?", "these shortcuts"],
];

/**
 * Listen to keys, except where somebody types; `getReader()` is who is signed in, null: nobody.
 * @param {HTMLElement} main
 * @param {() => Reader | null} getReader
 */
export function listenToKeys(main, getReader) {
  let isGoing = false;
  addEventListener("keydown", (event) => {
    const reader = getReader();
    if (!reader) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k")
      return run(event, () => showPalette(reader));
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog"))
      return;
    const wasGoing = isGoing;
    isGoing = event.key === "g" && !wasGoing;
    const act = (wasGoing ? actionOfGoKey(event.key) : null) ?? actionOfKey(event.key, main);
    if (act) run(event, act);
  });
}

/** @param {string} key */
function actionOfGoKey(key) {
  const screen = SCREENS.find((candidate) => candidate.key === key);
  return screen ? () => location.assign(`#${screen.path}`) : null;
}

/**
 * @param {string} key
 * @param {HTMLElement} main
 */
function actionOfKey(key, main) {
  switch (key) {
    case "/":
      return () => focusSearch(main);
    case "j":
      return () => moveFocus(main, 1);
    case "k":
      return () => moveFocus(main, -1);
    case "?":
      return showHelp;
    default:
      return null;
  }
}

/**
 * @param {Event} event
 * @param {() => void} act
 */
function run(event, act) {
  event.preventDefault();
  act();
}

/** @param {Event} event */
function isTyping({ target }) {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "range"].includes(target.type);
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLElement && target.isContentEditable;
}

/** @param {HTMLElement} main */
const focusSearch = (main) =>
  /** @type {HTMLElement | null} */ (main.querySelector("input[type=search]"))?.focus();

/**
 * Move the focus to the link of the next or previous row.
 * @param {HTMLElement} main
 * @param {1 | -1} by
 */
function moveFocus(main, by) {
  const all = /** @type {NodeListOf<HTMLElement>} */ (main.querySelectorAll(ROW_LINKS));
  const links = [...all].filter((element) => element.offsetParent !== null);
  if (!links.length) return;
  const row = document.activeElement?.closest?.("tr, .rows > li");
  const present = links.findIndex((element) => row?.contains(element));
  const next = links[nextIndex(present, by, links.length)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

/** What the keys do. */
export const showHelp = () =>
  openDialog("Keyboard shortcuts", () =>
    h(
      "dl",
      { class: "shortcuts" },
      SHORTCUTS.map(([keys, text]) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, text))),
    ),
  );

/**
 * Go to a screen or a pattern by typing some of its name.
 * @param {Reader} reader
 */
function showPalette(reader) {
  openDialog("Go to", (close) => {
    const found = h("ul", { class: "rows palette" });
    const input = h("input", {
      id: "palette",
      type: "search",
      maxlength: 200,
      "aria-label": "Screen or pattern",
      autocomplete: "off",
    });
    /** @param {{ id: string, name: string }[]} [patterns] */
    const draw = (patterns = []) => {
      const text = input.value.trim().toLowerCase();
      const screens = listDestinations(reader).filter(({ title }) => title.toLowerCase().includes(text));
      const entries = [
        ...screens.map(({ path, title }) => link(path, title, { onclick: close })),
        ...patterns.map(({ id, name }) => link(`/patterns/${id}`, name, { onclick: close })),
      ];
      found.replaceChildren(...entries.map((entry) => h("li", {}, entry)));
    };
    const search = async () => {
      const q = input.value.trim();
      const page = q
        ? await get("/v1/patterns", {}, { q, limit: 8 }).catch(() => ({ data: [] }))
        : { data: [] };
      if (q === input.value.trim()) draw(page.data);
    };
    const searchLater = debounce(search, TYPING_PAUSE);
    input.addEventListener("input", () => {
      draw();
      searchLater();
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") run(event, () => found.querySelector("a")?.click());
      if (event.key === "ArrowDown") run(event, () => found.querySelector("a")?.focus());
    });
    found.addEventListener("keydown", (event) => {
      const entry = document.activeElement?.closest("li");
      const next = siblingOf(entry, event.key);
      if (next !== undefined) run(event, () => (next?.querySelector("a") ?? input).focus());
    });
    draw();
    return [input, found];
  });
}

/**
 * The entry that an arrow key leads to; null: none, undefined: it is no arrow key.
 * @param {Element | null | undefined} entry
 * @param {string} key
 */
function siblingOf(entry, key) {
  if (key === "ArrowDown") return entry?.nextElementSibling ?? null;
  return key === "ArrowUp" ? (entry?.previousElementSibling ?? null) : undefined;
}
