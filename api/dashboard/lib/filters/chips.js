// The filters in force, each with a button that removes it.

import { h } from "../elements.js";
import { partOf } from "./tokens.js";
import { allOf, labelOf } from "./values.js";

/** @import { Filter, Filters, ListFilters } from "../../types.js" */

const MIN_TO_CLEAR = 2;

/**
 * What is filtered by, but for the words and what stands beside them; `set(filters)` puts others in force.
 * @param {Filters} filters
 * @param {ListFilters} list
 * @param {(filters: Filters) => void} set
 */
export function filterChips(filters, { fields }, set) {
  const shown = fields.filter(({ name, isBeside }) => name !== "q" && !isBeside);
  const wanted = shown.flatMap((field) =>
    allOf(filters[field.name]).map((value) =>
      chip(field, value, false, () => set(remove(filters, field.name, value))),
    ),
  );
  const unwanted = allOf(filters.without).map((exclusion) => {
    const [name, value] = partOf(exclusion);
    const field = fields.find((candidate) => candidate.name === name) ?? { name, label: name };
    return chip(field, value, true, () => set(remove(filters, "without", exclusion)));
  });
  const chips = [...wanted, ...unwanted];
  const beside = fields.filter(({ isBeside }) => isBeside).map(({ name }) => name);
  const clear = () =>
    set(
      Object.fromEntries(Object.entries(filters).filter(([name]) => name === "q" || beside.includes(name))),
    );
  return [
    ...chips,
    chips.length >= MIN_TO_CLEAR
      ? h("button", { type: "button", class: "plain", onclick: clear }, "Clear filters")
      : null,
  ];
}

/**
 * @param {Filters} filters
 * @param {string} name
 * @param {string} value
 */
const remove = (filters, name, value) => ({
  ...filters,
  [name]: allOf(filters[name]).filter((each) => each !== value),
});

/**
 * @param {Pick<Filter, "name" | "label" | "options">} field
 * @param {string} value
 * @param {boolean} isLeftOut
 * @param {() => void} drop
 */
function chip(field, value, isLeftOut, drop) {
  const shown = labelOf(field, value);
  const text = `${field.label} ${isLeftOut ? "not " : ""}${shown}`;
  return h(
    "button",
    { type: "button", class: "chip", "aria-label": `Remove the filter: ${text}`, onclick: drop },
    h("span", { class: "quiet" }, `${field.label} ${isLeftOut ? "not " : ""}`),
    h("span", { class: "chip-value" }, shown),
    h("span", { "aria-hidden": "true" }, "×"),
  );
}
