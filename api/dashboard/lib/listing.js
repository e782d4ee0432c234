// A paginated list with filters that are kept in the address, in groups where that is chosen.

import { isAborted } from "./client.js";
import { csvButton } from "./csv.js";
import { h, nodesOf } from "./elements.js";
import { filterBar } from "./filters/bar.js";
import { firstOf, tidy, writeQuery } from "./filters/values.js";
import { number, pluralize } from "./format.js";
import { savedRowCount, saveRowCount } from "./page_state.js";
import { Selection } from "./selection.js";
import { failure } from "./states.js";

/** @typedef {{ values: readonly string[], labels: Readonly<Record<string, string>> }} Vocabulary */
/** @import { Column, Content, Filter, Filters, Page, RowAct, RowGroups, RowSelection } from "../types.js" */

/**
 * A filtered list, once its first rows are read. `fields` describe the filters and `is` what `is:` may say, `read(query)`
 * returns a page of the API, `draw(rows, selection, groupOf)` renders rows, `none(isFiltered)` the empty state. With
 * `acts` rows can be selected: `selection.checkboxFor(row)` is the checkbox of a row, and the acts are for all selected
 * rows. `groups` says by what rows can be grouped.
 * @template {{ id: string }} Item
 * @param {{
 *   path?: string,
 *   fields: readonly Filter[],
 *   is?: Readonly<Record<string, Filters>>,
 *   query: Filters,
 *   noun: string,
 *   nouns?: string,
 *   read: (query: Filters) => Promise<Page<Item>>,
 *   draw: (rows: Item[], selection: RowSelection<Item> | null, groupOf: ((row: Item) => string) | null) => Content,
 *   none: (isFiltered: boolean) => Content,
 *   acts?: readonly RowAct<Item>[],
 *   groups?: RowGroups<Item>,
 * }} options
 */
export async function listing({ path, fields, is = {}, query, noun, nouns, read, draw, none, acts, groups }) {
  const count = h("p", { class: "quiet", role: "status" });
  const body = h("div", { class: "part" });
  const more = h("button", { type: "button", id: "more", hidden: true }, "Show more");
  const list = { fields: groups ? [...fields, groupField(groups)] : fields, is };
  /** @param {Filters} filters */
  const readOf = ({ group, ...filters }) => read(filters);
  const save = csvButton(nouns ?? `${noun}s`, readOf, () => filters);
  const selection = acts?.length ? new Selection(noun, acts, () => load()) : null;
  /** @type {Item[]} */
  let rows = [];
  /** @type {Filters} */
  let filters = pickFilters(query, list.fields);
  let latestRequest = 0;

  /**
   * @param {string | null} [cursor]
   * @param {boolean} [isFirst]
   */
  const load = async (cursor, isFirst = false) => {
    const request = ++latestRequest;
    const groupOf = groups?.[firstOf(filters.group)]?.of ?? null;
    more.disabled = true;
    body.setAttribute("aria-busy", "true");
    try {
      const seen = isFirst ? savedRowCount() : 0;
      const page = groupOf
        ? await readAtLeast(readOf, { ...filters, cursor, limit: "100" }, MIN_GROUPED)
        : await readAtLeast(readOf, { ...filters, cursor }, seen);
      if (request !== latestRequest) return;
      rows = cursor ? [...rows, ...page.data] : page.data;
      selection?.retain(rows);
      const focused = focusedLink(body);
      body.replaceChildren(
        ...nodesOf(rows.length ? draw(rows, selection, groupOf) : none(isFiltered(filters))),
      );
      selection?.update();
      if (focused) linkIn(body, focused)?.focus({ preventScroll: true });
      count.textContent = countText(rows.length, page.page.total, noun, nouns);
      more.hidden = !page.page.has_more;
      save.hidden = !rows.length;
      more.onclick = () => load(page.page.next_cursor);
      if (cursor) more.setAttribute("data-grown", "");
      if (!isFirst) saveRowCount(cursor ? rows.length : 0);
    } catch (error) {
      if (request === latestRequest && !isAborted(error)) body.replaceChildren(failure(error, () => load()));
    } finally {
      more.disabled = false;
      body.removeAttribute("aria-busy");
    }
  };
  /** @param {Filters} entered */
  const applyFilters = (entered) => {
    filters = entered;
    saveToAddress(path ?? "", entered);
    load();
  };
  await load(undefined, true);
  const foot = h("p", { class: "more" }, more, path ? save : null);
  const bar = fields.length ? filterBar(list, filters, applyFilters) : null;
  return h("div", { class: "listing" }, bar, count, body, foot, selection?.bar);
}

/**
 * Where the link leads that has the focus in a list, which another reading of its rows must not take away.
 * @param {HTMLElement} body
 */
function focusedLink(body) {
  const row = document.activeElement?.closest("tr");
  return row && body.contains(row) ? (row.querySelector("td.wide a")?.getAttribute("href") ?? null) : null;
}

/**
 * @param {HTMLElement} body
 * @param {string} href
 */
const linkIn = (body, href) =>
  /** @type {HTMLElement | null} */ (body.querySelector(`td.wide a[href="${CSS.escape(href)}"]`));

const MIN_GROUPED = 300; // rows that are read before they are grouped

/**
 * The choice of what rows are grouped by.
 * @param {RowGroups<any>} groups
 * @returns {Filter}
 */
const groupField = (groups) => ({
  ...{ name: "group", label: "Group by", isBeside: true, isOrder: true },
  options: [
    ["", "nothing"],
    ...Object.entries(groups).map(([name, { label }]) => /** @type {const} */ ([name, label])),
  ],
});

/**
 * The column of the checkboxes by which rows are selected.
 * @template {{ id: string }} Item
 * @param {RowSelection<Item>} selection
 * @param {(row: Item) => string} nameOf
 * @returns {Column<Item>}
 */
export const selectColumn = (selection, nameOf) => ({
  ...{ isClear: true, title: "Select", head: selection.all, className: "select" },
  cell: (row) => selection.checkboxFor(row, nameOf(row)),
});

/**
 * How many rows a page of a list has: fewer where each is a card.
 * @param {number} wide
 * @param {number} narrow
 */
export const rowsPerPage = (wide, narrow) =>
  globalThis.matchMedia?.("(max-width: 60rem)").matches ? narrow : wide;

const MAX_PAGES = 20;

/**
 * The first page and, where the reader had seen more rows, the pages up to there.
 * @template Item
 * @param {(query: Filters) => Promise<Page<Item>>} read
 * @param {Filters} query
 * @param {number} wanted
 */
async function readAtLeast(read, query, wanted) {
  let page = await read(query);
  for (let pages = 1; page.data.length < wanted && page.page.has_more && pages < MAX_PAGES; pages += 1) {
    const next = await read({ ...query, cursor: page.page.next_cursor });
    page = { data: [...page.data, ...next.data], page: { ...next.page, total: page.page.total } };
  }
  return page;
}

/**
 * @param {Filters} query
 * @param {readonly Filter[]} fields
 */
function pickFilters(query, fields) {
  const names = ["without", ...fields.map((field) => field.name)];
  return tidy(Object.fromEntries(Object.entries(query).filter(([name]) => names.includes(name))));
}

const NO_FILTERS = ["sort", "group", "window_days"]; // of which one is always chosen

/** @param {Filters} filters */
const isFiltered = (filters) => Object.keys(filters).some((name) => !NO_FILTERS.includes(name));

/**
 * @param {number} visible
 * @param {number} total
 * @param {string} noun
 * @param {string | undefined} nouns
 */
function countText(visible, total, noun, nouns) {
  const amount = nouns && total !== 1 ? `${number(total)} ${nouns}` : pluralize(total, noun);
  return `${visible < total ? `${visible} of ` : ""}${amount}`;
}

/**
 * @param {string} path
 * @param {Filters} filters
 */
function saveToAddress(path, filters) {
  history.replaceState({ ...history.state, rows: 0 }, "", `#${path}${writeQuery(filters)}`);
  dispatchEvent(new Event("filters-changed"));
}

/**
 * Options of a filter: any, then each value.
 * @param {Vocabulary} vocabulary
 * @returns {[string, string][]}
 */
export const anyOf = (vocabulary) => [["", "Any"], ...choicesOf(vocabulary)];

/**
 * Options of a field that has one of the values.
 * @param {Vocabulary} vocabulary
 * @returns {[string, string][]}
 */
export const choicesOf = ({ values, labels }) => values.map((value) => [value, labels[value]]);
