// A list that is narrowed by filters, which stay in the address, and read on page by page.

import { h } from "./elements.js";
import { counted } from "./format.js";
import { failure, waiting } from "./states.js";

/**
 * A filtered list. `fields` describe the filters, `read(query)` gives a page of the API, `draw(rows)` shows
 * rows, `none(filtered)` says why there are none.
 */
export function listing({ path, fields, query, noun, read, draw, none }) {
  const count = h("p", { class: "quiet", role: "status" });
  const body = h("div", { class: "part" });
  const more = h("button", { type: "button", hidden: true }, "Show more");
  let rows = [];
  let asked = known(query, fields);
  let turn = 0;

  const load = async (cursor) => {
    const mine = ++turn;
    if (!cursor) body.replaceChildren(waiting(`${noun}s`));
    more.disabled = true;
    try {
      const page = await read({ ...asked, cursor });
      if (mine !== turn) return;
      rows = cursor ? [...rows, ...page.data] : page.data;
      body.replaceChildren(rows.length ? draw(rows) : none(isFiltered(asked)));
      count.textContent = shownOf(rows.length, page.page.total, noun);
      more.hidden = !page.page.has_more;
      more.onclick = () => load(page.page.next_cursor);
    } catch (error) {
      if (mine === turn && error.name !== "AbortError") body.replaceChildren(failure(error, () => load()));
    } finally {
      more.disabled = false;
    }
  };
  const narrow = (form) => {
    asked = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    keepInAddress(path, asked);
    load();
  };
  load();
  const foot = h("p", { class: "more" }, more);
  return h("div", { class: "listing" }, filterBar(fields, asked, narrow), count, body, foot);
}

function known(query, fields) {
  const names = fields.map((field) => field.name);
  return Object.fromEntries(Object.entries(query).filter(([name]) => names.includes(name)));
}

const isFiltered = (asked) => Object.keys(asked).some((name) => name !== "sort");

function shownOf(shown, total, noun) {
  return `${shown < total ? `${shown} of ` : ""}${counted(total, noun)}`;
}

function keepInAddress(path, asked) {
  const search = new URLSearchParams(asked).toString();
  history.replaceState(null, "", `#${path}${search ? `?${search}` : ""}`);
}

function filterBar(fields, asked, narrow) {
  const submit = (event) => (event.preventDefault(), narrow(event.currentTarget));
  return h(
    "form",
    { class: "filters", role: "search", onsubmit: submit, onchange: (event) => narrow(event.currentTarget) },
    fields.map((field) => control(field, asked[field.name] ?? "")),
  );
}

function control(field, value) {
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

/** Choices of a filter: everything, then each value as a word. */
export const anyOf = (values) => [["", "any"], ...values.map((value) => [value, value.replaceAll("_", " ")])];
