// The keyboard: `/` searches, `j` and `k` walk through rows, Enter opens, `x` selects, `?` explains, Ctrl-K goes anywhere.

import { showSearch } from "./bar/search.js";
import { openDialog } from "./lib/dialog.js";
import { doInstead } from "./lib/do_instead.js";
import { h } from "./lib/elements.js";
import { nextIndex } from "./lib/next_index.js";
import { SCREENS } from "./routes.js";

/** @import { Reader } from "./types.js" */

const ROW_LINKS = "tbody tr td.wide a:first-of-type, .rows > li > a:first-of-type";
const KEYED = SCREENS.filter(({ key }) => key);
const SHORTCUTS = [
  ["/", "search on this screen: words, or filters such as service:checkout -team:ops is:open"],
  ["j, k", "next and previous row"],
  ["Enter", "open the row"],
  ["x", "select the row; with Shift and a click, all rows up to it"],
  ["a, i", "assign the row, or all that are selected; to yourself"],
  ["s, p", "set the status; the severity"],
  ["h", "snooze a pattern: no alerts until then"],
  ["l", "link issues to a pattern"],
  ["u", "take back what was just done"],
  [
    `g, then ${KEYED.map(({ key }) => key).join(" ")}`,
    KEYED.map(({ title }) => title.toLowerCase()).join(", "),
  ],
  ["Ctrl-K", "search everything, or go to a screen"],
  ["Esc", "close what is open, or select no row"],
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
      return doInstead(event, () => showSearch(reader));
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog"))
      return;
    const wasGoing = isGoing;
    isGoing = event.key === "g" && !wasGoing;
    const act = (wasGoing ? actionOfGoKey(event.key) : null) ?? actionOfKey(event.key, main);
    if (act) doInstead(event, act);
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
    case "x":
      return selectRow;
    case "?":
      return showHelp;
    case "u":
      return undoLast;
    default:
      return ROW_KEYS.includes(key) ? actOnRows(key, main) : null;
  }
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

const ROW_KEYS = ["a", "i", "s", "p", "h", "l", "Escape"];

/**
 * Press the button of a key: for the selected rows, else for the row that has the focus; null: nothing here has it.
 * @param {string} key
 * @param {HTMLElement} main
 */
function actOnRows(key, main) {
  const button = /** @type {HTMLElement | null} */ (main.querySelector(`[data-key="${key}"]`));
  const bar = button?.closest(".bulk");
  if (!button || (bar instanceof HTMLElement && bar.hidden && (key === "Escape" || !focusedRow())))
    return null;
  return () => {
    if (bar instanceof HTMLElement && bar.hidden) selectRow();
    button.click();
  };
}

const focusedRow = () => document.activeElement?.closest("tr")?.querySelector(".row-checkbox");

const undoLast = () =>
  /** @type {HTMLElement | null} */ (document.querySelector("#notices .with-undo button"))?.click();

/** Tick the row that has the focus, which keeps it, or take its tick away. */
const selectRow = () => /** @type {HTMLElement | null | undefined} */ (focusedRow())?.click();

/** What the keys do. */
export const showHelp = () =>
  openDialog("Keyboard shortcuts", () =>
    h(
      "dl",
      { class: "shortcuts" },
      SHORTCUTS.map(([keys, text]) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, text))),
    ),
  );
