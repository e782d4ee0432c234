// The values of filters, as they stand in the address and as the API takes them.

/** @import { Filter, Filters } from "../../types.js" */
/** @typedef {Filters[string]} Values */

/**
 * All values of a filter.
 * @param {Values} values
 * @returns {string[]}
 */
export const allOf = (values) => [values ?? []].flat().filter(Boolean);

/**
 * The only value, or the first.
 * @param {Values} values
 * @returns {string}
 */
export const firstOf = (values) => allOf(values)[0] ?? "";

/**
 * The filters of an address: what stands there several times has several values.
 * @param {string} query
 * @returns {Filters}
 */
export function readQuery(query) {
  const parameters = new URLSearchParams(query);
  /** @type {Filters} */
  const filters = {};
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name);
    filters[name] = values.length > 1 ? values : values[0];
  }
  return filters;
}

/**
 * The filters as a query, with its question mark; empty without any.
 * @param {Filters} filters
 */
export function writeQuery(filters) {
  const pairs = Object.keys(filters).flatMap((name) => allOf(filters[name]).map((value) => [name, value]));
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
}

/**
 * The filters without those that have no value, in one order, so that equal ones are equal texts.
 * @param {Filters} filters
 * @returns {Record<string, string | string[]>}
 */
export const tidy = (filters) =>
  Object.fromEntries(
    Object.keys(filters)
      .sort()
      .map((name) => /** @type {const} */ ([name, allOf(filters[name])]))
      .filter(([, values]) => values.length)
      .map(([name, values]) => [name, values.length > 1 ? values : values[0]]),
  );

/**
 * What a value of a filter is called.
 * @param {Pick<Filter, "options">} field
 * @param {string} value
 */
export const labelOf = ({ options }, value) => options?.find(([key]) => key === value)?.[1] ?? value;
