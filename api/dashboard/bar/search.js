// Search: whatever is typed, of screens and of everything in the workspace, in one list that arrow keys walk through.

import { get } from "../lib/client.js";
import { debounce } from "../lib/debounce.js";
import { openDialog } from "../lib/dialog.js";
import { doInstead } from "../lib/do_instead.js";
import { h, link } from "../lib/elements.js";
import { completionList } from "../lib/filters/combobox.js";
import { completionsOf } from "../lib/filters/completions.js";
import { listDestinations } from "../routes.js";

/** @import { Model, Reader } from "../types.js" */

const TYPING_PAUSE = 200;

/**
 * What each kind of hit is called, and where it is.
 * @type {Record<Model<"SearchHit">["kind"], { title: string, path: (id: string) => string }>}
 */
const KINDS = {
  pattern: { title: "Pattern", path: (id) => `/patterns/${id}` },
  service: { title: "Service", path: (id) => `/services?name=${encodeURIComponent(id)}` },
  team: { title: "Team", path: (id) => `/teams?name=${encodeURIComponent(id)}` },
  issue: { title: "Issue", path: (id) => `/issues/${id}` },
  recommendation: { title: "Recommendation", path: (id) => `/recommendations/${id}` },
  change: { title: "Change", path: () => "/changes" },
  connector: { title: "Connector", path: (id) => `/connectors/${id}` },
  member: { title: "Member", path: () => "/settings/members" },
};

const TOKEN = /(^|\s)-?[a-z_]+:\S/i;

/**
 * What the text may become: read only once somebody types what begins like a filter.
 * @param {string} text
 */
async function complete(text) {
  // A word is a word until its colon is typed.
  if (!/(^|\s)-?[a-z_]+:\S*$/i.test(text)) return [];
  const { EVERY_FILTER } = await import("./token_search.js");
  return completionsOf(text, EVERY_FILTER);
}

/** @type {Model<"SearchResults">} */
const NOTHING = { data: [], corrected: null };

/**
 * Search in a dialog: Enter opens the first hit, arrow keys walk.
 * @param {Reader} reader
 */
export function showSearch(reader) {
  openDialog("Search", (close) => {
    const list = h("ul", { class: "rows palette" });
    const outcome = h("p", { class: "quiet", "aria-live": "polite" });
    const input = h("input", {
      id: "palette",
      type: "search",
      maxlength: 200,
      "aria-label": "Search patterns, issues, services and screens",
      placeholder: "Words, a name, an id, or service:checkout",
      autocomplete: "off",
    });
    const completions = completionList(input, "Filters to choose from", complete, () => searchLater());
    /** @param {{ hits: { kind: string, title: string, path: string, detail: string | null }[], problem: string | null }} found */
    const drawTokens = (found) => {
      list.replaceChildren(
        ...found.hits.map(({ kind, title, path, detail }) =>
          entry(link(path, title, { onclick: close }), kind, detail),
        ),
      );
      outcome.textContent = found.problem ?? (found.hits.length ? "" : "Nothing has these filters.");
    };
    /** @param {Model<"SearchResults"> | null} results null: they are awaited */
    const draw = (results) => {
      const text = input.value.trim().toLowerCase();
      const screens = listDestinations(reader).filter(({ title }) => title.toLowerCase().includes(text));
      const hits = results?.data ?? [];
      list.replaceChildren(
        ...screens.map(({ path, title }) => entry(link(path, title, { onclick: close }), "Screen", null)),
        ...hits.map((hit) => hitEntry(hit, close)),
      );
      outcome.textContent = results && text ? writeOutcome(results, screens.length) : "";
    };
    const search = async () => {
      const q = input.value.trim();
      if (TOKEN.test(q)) {
        const found = await (await import("./token_search.js")).searchByTokens(q).catch(() => null);
        if (q !== input.value.trim()) return;
        if (found) return drawTokens(found);
      }
      const results = q ? await get("/v1/search", {}, { q }).catch(() => NOTHING) : NOTHING;
      if (q === input.value.trim()) draw(results);
    };
    const searchLater = debounce(search, TYPING_PAUSE);
    input.addEventListener("input", () => {
      draw(null);
      searchLater();
    });
    // A search field would only be emptied, and the dialog stay.
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) close();
    });
    listenToArrows(input, list);
    draw(null);
    return [h("div", { class: "search-box" }, input, completions), outcome, list];
  });
}

/**
 * @param {Model<"SearchResults">} results
 * @param {number} screens
 */
function writeOutcome({ data, corrected }, screens) {
  if (corrected) return `Nothing has these words. This is what has “${corrected}”.`;
  return data.length || screens ? "" : "Nothing has these words.";
}

/**
 * @param {Model<"SearchHit">} hit
 * @param {() => void} close
 */
function hitEntry({ kind, id, title, detail }, close) {
  return entry(link(KINDS[kind].path(id), title, { onclick: close }), KINDS[kind].title, detail);
}

/**
 * @param {HTMLElement} where
 * @param {string} kind
 * @param {string | null} detail
 */
const entry = (where, kind, detail) =>
  h(
    "li",
    {},
    h("span", { class: "hit-kind" }, kind),
    where,
    detail ? h("span", { class: "quiet" }, detail) : null,
  );

/**
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 */
function listenToArrows(input, list) {
  input.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const first = list.querySelector("a");
    if (event.key === "Enter" && first) doInstead(event, () => first.click());
    if (event.key === "ArrowDown" && first) doInstead(event, () => first.focus());
  });
  list.addEventListener("keydown", (event) => {
    const present = document.activeElement?.closest("li");
    const next = siblingOf(present, event.key);
    if (next !== undefined) doInstead(event, () => (next?.querySelector("a") ?? input).focus());
  });
}

/**
 * The entry that an arrow key leads to; null: none, undefined: it is not an arrow key.
 * @param {Element | null | undefined} entry
 * @param {string} key
 */
function siblingOf(entry, key) {
  if (key === "ArrowDown") return entry?.nextElementSibling ?? null;
  return key === "ArrowUp" ? (entry?.previousElementSibling ?? null) : undefined;
}
