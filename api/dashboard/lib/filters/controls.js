// The controls of filters: a list to choose from, a day, or a text with suggestions.

import { h } from "../elements.js";
import { capitalize } from "../sentences.js";
import { allOf, firstOf, labelOf } from "./values.js";

/** @import { Filter, Filters } from "../../types.js" */

/**
 * The control of a filter; `sync(filters)` shows what is in force, `change(value)` is called when another is chosen.
 * @param {Filter} field
 * @param {(value: string) => void} change
 */
export function filterControl(field, change) {
  const id = `filter-${field.name}`;
  const several = h("option", { value: "", hidden: true });
  const input = field.options ? choice(id, field, several) : entry(id, field);
  input.addEventListener("change", () => change(input.value.trim()));
  if (field.suggest) suggestOnFocus(input, field.suggest);
  /** @param {Filters} filters */
  const sync = (filters) => {
    const values = valuesOf(field, filters);
    const isOffered = !field.options || values.length === 0 || isOption(field, values);
    several.hidden = isOffered;
    several.textContent = values.map((value) => labelOf(field, value)).join(", ");
    input.value = isOffered ? firstOf(values) : "";
    if (!isOffered) several.selected = true;
  };
  const element = h(
    "div",
    { class: field.options || field.kind ? "field" : "field grow" },
    h("label", { for: id }, field.label),
    input,
  );
  return { element, sync };
}

/**
 * The values in force: where one is always chosen, the first option stands for none.
 * @param {Filter} field
 * @param {Filters} filters
 */
function valuesOf({ name, options }, filters) {
  const values = allOf(filters[name]);
  return values.length || !options || options[0][0] === "" ? values : [options[0][0]];
}

/**
 * @param {Filter} field
 * @param {string[]} values
 */
const isOption = ({ options = [] }, [value, ...others]) =>
  !others.length && options.some(([key]) => key === value);

/**
 * @param {string} id
 * @param {Filter} field
 * @param {HTMLOptionElement} several what is chosen where that are several
 */
const choice = (id, { name, options = [] }, several) =>
  h(
    "select",
    { id, name },
    options.map(([key, text]) => h("option", { value: key }, capitalize(text))),
    several,
  );

/**
 * @param {string} id
 * @param {Filter} field
 */
const entry = (id, { name, kind, placeholder, suggest }) =>
  h("input", {
    ...{ id, name, type: kind ?? "search", maxlength: 200, placeholder },
    list: suggest ? `${id}-list` : null,
  });

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
