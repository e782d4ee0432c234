// A paginated list with filters that are kept in the address.

import { h } from "./elements.js";
import { number, pluralize } from "./format.js";
import { savedRowCount, saveRowCount } from "./page_state.js";
import { failure } from "./states.js";

/**
 * A filtered list, once its first rows are read. `fields` describe the filters, `read(query)` returns a page of
 * the API, `draw(rows, selection)` renders rows, `none(isFiltered)` the empty state. With `actions(ids, reload)` rows can
 * be selected: `selection.checkboxFor(row)` is the checkbox of a row, and the actions are for all selected rows.
 */
export async function listing({ path, fields, query, noun, nouns, read, draw, none, actions }) {
  const count = h("p", { class: "quiet", role: "status" });
  const body = h("div", { class: "part" });
  const more = h("button", { type: "button", id: "more", hidden: true }, "Show more");
  const selection = actions ? new Selection(noun, actions, () => load()) : null;
  let rows = [];
  let filters = pickFilters(query, fields);
  let latestRequest = 0;

  const load = async (cursor, isFirst = false) => {
    const request = ++latestRequest;
    more.disabled = true;
    body.setAttribute("aria-busy", "true");
    try {
      const page = await readAtLeast(read, { ...filters, cursor }, isFirst ? savedRowCount() : 0);
      if (request !== latestRequest) return;
      rows = cursor ? [...rows, ...page.data] : page.data;
      selection?.retain(rows);
      body.replaceChildren(rows.length ? draw(rows, selection) : none(isFiltered(filters)));
      count.textContent = countText(rows.length, page.page.total, noun, nouns);
      more.hidden = !page.page.has_more;
      more.onclick = () => load(page.page.next_cursor);
      if (cursor) more.setAttribute("data-grown", "");
      if (!isFirst) saveRowCount(cursor ? rows.length : 0);
    } catch (error) {
      if (request === latestRequest && error.name !== "AbortError")
        body.replaceChildren(failure(error, () => load()));
    } finally {
      more.disabled = false;
      body.removeAttribute("aria-busy");
    }
  };
  const applyFilters = (form) => {
    const entered = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    if (JSON.stringify(entered) === JSON.stringify(filters)) return;
    filters = entered;
    saveToAddress(path, filters);
    load();
  };
  await load(undefined, true);
  const foot = h("p", { class: "more" }, more);
  const filterForm = fields.length ? filterBar(fields, filters, applyFilters) : null;
  return h("div", { class: "listing" }, filterForm, count, body, foot, selection?.bar);
}

/** How many rows a page of a list has: fewer where each is a card. */
export const rowsPerPage = (wide, narrow) =>
  globalThis.matchMedia?.("(max-width: 60rem)").matches ? narrow : wide;

const MAX_PAGES = 20;

/** The first page and, where the reader had seen more rows, the pages up to there. */
async function readAtLeast(read, query, wanted) {
  let page = await read(query);
  for (let pages = 1; page.data.length < wanted && page.page.has_more && pages < MAX_PAGES; pages += 1) {
    const next = await read({ ...query, cursor: page.page.next_cursor });
    page = { data: [...page.data, ...next.data], page: { ...next.page, total: page.page.total } };
  }
  return page;
}

/** The selected rows of a list, and the bar with what can be done with them. */
class Selection {
  constructor(noun, actions, reload) {
    Object.assign(this, { noun, actions, reload, ids: new Set() });
    this.bar = h("div", { class: "bulk", hidden: true, role: "group", "aria-label": `Selected ${noun}s` });
  }

  /** The checkbox of one row. */
  checkboxFor(row, name) {
    const change = ({ currentTarget: box }) => {
      if (box.checked) this.ids.add(row.id);
      else this.ids.delete(row.id);
      this.update();
    };
    return h("input", {
      type: "checkbox",
      class: "row-checkbox",
      checked: this.ids.has(row.id),
      "aria-label": `Select ${name}`,
      onchange: change,
    });
  }

  /** Deselect rows that are not shown any more. */
  retain(rows) {
    const shown = new Set(rows.map((row) => row.id));
    this.ids = new Set([...this.ids].filter((id) => shown.has(id)));
    this.update();
  }

  update() {
    this.bar.hidden = this.ids.size === 0;
    const done = () => {
      this.ids.clear();
      this.reload();
    };
    this.bar.replaceChildren(
      h("span", { role: "status" }, `${pluralize(this.ids.size, this.noun)} selected`),
      ...[this.actions([...this.ids], done)].flat(),
    );
  }
}

function pickFilters(query, fields) {
  const names = fields.map((field) => field.name);
  return Object.fromEntries(Object.entries(query).filter(([name]) => names.includes(name)));
}

const isFiltered = (filters) => Object.keys(filters).some((name) => name !== "sort");

function countText(visible, total, noun, nouns) {
  const amount = nouns && total !== 1 ? `${number(total)} ${nouns}` : pluralize(total, noun);
  return `${visible < total ? `${visible} of ` : ""}${amount}`;
}

function saveToAddress(path, filters) {
  const search = new URLSearchParams(filters).toString();
  history.replaceState({ ...history.state, rows: 0 }, "", `#${path}${search ? `?${search}` : ""}`);
}

function filterBar(fields, filters, applyFilters) {
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
      onchange: (event) => applyAfterClick(event.currentTarget, applyFilters),
    },
    fields.map((field) => filterControl(field, filters[field.name] ?? "")),
  );
}

let isPressing = false;
globalThis.addEventListener?.("pointerdown", () => (isPressing = true), true);
globalThis.addEventListener?.("pointerup", () => setTimeout(() => (isPressing = false)), true);
globalThis.addEventListener?.("pointercancel", () => (isPressing = false), true);

/** Leaving a field by a click on a row must not replace the row before the click arrives. */
function applyAfterClick(form, applyFilters) {
  if (!isPressing) return applyFilters(form);
  const address = location.hash;
  const apply = () => form.isConnected && location.hash === address && applyFilters(form);
  addEventListener("pointerup", () => setTimeout(apply), { once: true, capture: true });
}

function filterControl(field, value) {
  const id = `filter-${field.name}`;
  const input = field.options
    ? h(
        "select",
        { id, name: field.name },
        field.options.map(([key, text]) => h("option", { value: key, selected: key === value }, text)),
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

/** Known values of a field, read when somebody enters it. */
function suggestOnFocus(input, read) {
  const show = async () => {
    const values = await read().catch(() => []);
    const entries = values.map((value) => h("option", { value }));
    input.parentElement?.append(h("datalist", { id: `${input.id}-list` }, entries));
  };
  input.addEventListener("focus", show, { once: true });
}

/** Options of a filter: any, then each value. */
export const anyOf = (values) => [["", "any"], ...values.map((value) => [value, value.replaceAll("_", " ")])];
