// A paginated list with filters that are kept in the address.

import { h } from "./elements.js";
import { pluralize } from "./format.js";
import { failure, loading } from "./states.js";

/**
 * A filtered list. `fields` describe the filters, `read(query)` returns a page of the API, `draw(rows)`
 * renders rows, `none(isFiltered)` renders the empty state.
 */
export function listing({ path, fields, query, noun, read, draw, none }) {
  const count = h("p", { class: "quiet", role: "status" });
  const body = h("div", { class: "part" });
  const more = h("button", { type: "button", hidden: true }, "Show more");
  let rows = [];
  let filters = pickFilters(query, fields);
  let latestRequest = 0;

  const load = async (cursor) => {
    const request = ++latestRequest;
    if (!cursor) body.replaceChildren(loading(`${noun}s`));
    more.disabled = true;
    try {
      const page = await read({ ...filters, cursor });
      if (request !== latestRequest) return;
      rows = cursor ? [...rows, ...page.data] : page.data;
      body.replaceChildren(rows.length ? draw(rows) : none(isFiltered(filters)));
      count.textContent = countText(rows.length, page.page.total, noun);
      more.hidden = !page.page.has_more;
      more.onclick = () => load(page.page.next_cursor);
    } catch (error) {
      if (request === latestRequest && error.name !== "AbortError") body.replaceChildren(failure(error, () => load()));
    } finally {
      more.disabled = false;
    }
  };
  const applyFilters = (form) => {
    const entered = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    if (JSON.stringify(entered) === JSON.stringify(filters)) return;
    filters = entered;
    saveToAddress(path, filters);
    load();
  };
  load();
  const foot = h("p", { class: "more" }, more);
  return h("div", { class: "listing" }, filterBar(fields, filters, applyFilters), count, body, foot);
}

function pickFilters(query, fields) {
  const names = fields.map((field) => field.name);
  return Object.fromEntries(Object.entries(query).filter(([name]) => names.includes(name)));
}

const isFiltered = (filters) => Object.keys(filters).some((name) => name !== "sort");

function countText(visible, total, noun) {
  return `${visible < total ? `${visible} of ` : ""}${pluralize(total, noun)}`;
}

function saveToAddress(path, filters) {
  const search = new URLSearchParams(filters).toString();
  history.replaceState(null, "", `#${path}${search ? `?${search}` : ""}`);
}

function filterBar(fields, filters, applyFilters) {
  const submit = (event) => (event.preventDefault(), applyFilters(event.currentTarget));
  return h(
    "form",
    { class: "filters", role: "search", onsubmit: submit, onchange: (event) => applyAfterClick(event.currentTarget, applyFilters) },
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
  const apply = () => form.isConnected && applyFilters(form);
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
        type: "search",
        value,
        maxlength: 200,
        placeholder: field.placeholder,
      });
  return h(
    "div",
    { class: field.options ? "field" : "field grow" },
    h("label", { for: id }, field.label),
    input,
  );
}

/** Options of a filter: any, then each value. */
export const anyOf = (values) => [["", "any"], ...values.map((value) => [value, value.replaceAll("_", " ")])];
