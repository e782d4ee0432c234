// A paginated list with filters that are kept in the address.

import { isAborted } from "./client.js";
import { csvButton } from "./csv.js";
import { h, nodesOf } from "./elements.js";
import { number, pluralize } from "./format.js";
import { savedRowCount, saveRowCount } from "./page_state.js";
import { Selection } from "./selection.js";
import { capitalize } from "./sentences.js";
import { failure } from "./states.js";

/** @typedef {{ values: readonly string[], labels: Readonly<Record<string, string>> }} Vocabulary */
/** @import { Content, Filter, Filters, Page, RowSelection } from "../types.js" */

/**
 * A filtered list, once its first rows are read. `fields` describe the filters, `read(query)` returns a page of
 * the API, `draw(rows, selection)` renders rows, `none(isFiltered)` the empty state. With `actions(ids, reload)` rows can
 * be selected: `selection.checkboxFor(row)` is the checkbox of a row, and the actions are for all selected rows.
 * @template {{ id: string }} Item
 * @param {{
 *   path?: string,
 *   fields: readonly Filter[],
 *   query: Filters,
 *   noun: string,
 *   nouns?: string,
 *   read: (query: Filters) => Promise<Page<Item>>,
 *   draw: (rows: Item[], selection: RowSelection | null) => Content,
 *   none: (isFiltered: boolean) => Content,
 *   actions?: (ids: string[], done: () => void) => Content,
 * }} options
 */
export async function listing({ path, fields, query, noun, nouns, read, draw, none, actions }) {
  const count = h("p", { class: "quiet", role: "status" });
  const body = h("div", { class: "part" });
  const more = h("button", { type: "button", id: "more", hidden: true }, "Show more");
  const save = csvButton(nouns ?? `${noun}s`, read, () => filters);
  const selection = actions ? new Selection(noun, actions, () => load()) : null;
  /** @type {Item[]} */
  let rows = [];
  let filters = pickFilters(query, fields);
  let latestRequest = 0;

  /**
   * @param {string | null} [cursor]
   * @param {boolean} [isFirst]
   */
  const load = async (cursor, isFirst = false) => {
    const request = ++latestRequest;
    more.disabled = true;
    body.setAttribute("aria-busy", "true");
    try {
      const page = await readAtLeast(read, { ...filters, cursor }, isFirst ? savedRowCount() : 0);
      if (request !== latestRequest) return;
      rows = cursor ? [...rows, ...page.data] : page.data;
      selection?.retain(rows);
      body.replaceChildren(...nodesOf(rows.length ? draw(rows, selection) : none(isFiltered(filters))));
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
  /** @param {HTMLFormElement} form */
  const applyFilters = (form) => {
    const entered = enteredText(form);
    if (JSON.stringify(entered) === JSON.stringify(filters)) return;
    filters = entered;
    saveToAddress(path ?? "", entered);
    load();
  };
  await load(undefined, true);
  const foot = h("p", { class: "more" }, more, save);
  const filterForm = fields.length ? filterBar(fields, filters, applyFilters) : null;
  return h("div", { class: "listing" }, filterForm, count, body, foot, selection?.bar);
}

/**
 * @param {HTMLFormElement} form
 * @returns {Record<string, string>}
 */
function enteredText(form) {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

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
  const names = fields.map((field) => field.name);
  return Object.fromEntries(Object.entries(query).filter(([name]) => names.includes(name)));
}

const NO_FILTERS = ["sort", "window_days"]; // of which one is always chosen

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
 * @param {Record<string, string>} filters
 */
function saveToAddress(path, filters) {
  const search = new URLSearchParams(filters).toString();
  history.replaceState({ ...history.state, rows: 0 }, "", `#${path}${search ? `?${search}` : ""}`);
}

/**
 * @param {readonly Filter[]} fields
 * @param {Filters} filters
 * @param {(form: HTMLFormElement) => void} applyFilters
 */
function filterBar(fields, filters, applyFilters) {
  /** @param {{ currentTarget: HTMLFormElement } & Event} event */
  const submit = (event) => {
    event.preventDefault();
    applyFilters(event.currentTarget);
  };
  return h(
    "form",
    {
      class: "filters",
      role: "search",
      onsubmit: submit,
      onchange: (/** @type {{ currentTarget: HTMLFormElement }} */ { currentTarget }) =>
        applyAfterClick(currentTarget, applyFilters),
    },
    isPhone() ? behindOne(fields, filters) : fields.map((field) => controlOf(field, filters)),
  );
}

/** Whether rows come first: there is room for one filter above them. */
const isPhone = () => globalThis.matchMedia?.("(max-width: 44rem)").matches;

/**
 * The first filter, and the others behind “Filters”, which is open while one of them is set.
 * @param {readonly Filter[]} fields
 * @param {Filters} filters
 */
function behindOne([first, ...others], filters) {
  if (!others.length) return controlOf(first, filters);
  const isSet = others.some(({ name }) => filters[name]);
  return [
    controlOf(first, filters),
    h(
      "details",
      { class: "more-filters", open: isSet },
      h("summary", {}, "Filters"),
      others.map((field) => controlOf(field, filters)),
    ),
  ];
}

/**
 * @param {Filter} field
 * @param {Filters} filters
 */
const controlOf = (field, filters) => filterControl(field, filters[field.name] ?? "");

let isPressing = false;
globalThis.addEventListener?.("pointerdown", () => (isPressing = true), true);
globalThis.addEventListener?.("pointerup", () => setTimeout(() => (isPressing = false)), true);
globalThis.addEventListener?.("pointercancel", () => (isPressing = false), true);

/**
 * Leaving a field by a click on a row must not replace the row before the click arrives.
 * @param {HTMLFormElement} form
 * @param {(form: HTMLFormElement) => void} applyFilters
 */
function applyAfterClick(form, applyFilters) {
  if (!isPressing) return applyFilters(form);
  const address = location.hash;
  const apply = () => form.isConnected && location.hash === address && applyFilters(form);
  addEventListener("pointerup", () => setTimeout(apply), { once: true, capture: true });
}

/**
 * @param {Filter} field
 * @param {string} value
 */
function filterControl(field, value) {
  const id = `filter-${field.name}`;
  const input = field.options
    ? h(
        "select",
        { id, name: field.name },
        field.options.map(([key, text]) =>
          h("option", { value: key, selected: key === value }, capitalize(text)),
        ),
      )
    : h("input", {
        id,
        name: field.name,
        type: field.kind ?? "search",
        value,
        maxlength: 200,
        placeholder: field.placeholder,
        list: field.suggest ? `${id}-list` : null,
      });
  if (field.suggest) suggestOnFocus(input, field.suggest);
  return h(
    "div",
    { class: field.options || field.kind ? "field" : "field grow" },
    h("label", { for: id }, field.label),
    input,
  );
}

/**
 * Known values of a field, read when somebody enters it.
 * @param {HTMLElement} input
 * @param {() => Promise<readonly string[]>} read
 */
function suggestOnFocus(input, read) {
  const show = async () => {
    const values = await read().catch(() => []);
    const entries = values.map((value) => h("option", { value }));
    input.parentElement?.append(h("datalist", { id: `${input.id}-list` }, entries));
  };
  input.addEventListener("focus", show, { once: true });
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
