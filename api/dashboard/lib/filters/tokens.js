// What is typed into a search: words, and tokens such as `service:checkout`, which are the filters of the list.

import { allOf, firstOf } from "./values.js";

/** @import { Filter, Filters, ListFilters } from "../../types.js" */
/** @typedef {{ filters: Filters, words: string, problem: string | null }} ReadSearch */
/** @typedef {{ name: string, value: string, isLeftOut: boolean }} Token */

const PIECES = /(-?)([a-z_]+):("[^"]*"?|[^\s":/]\S*)|-?"[^"]*"?|\S+/giu;
const DAY = /^\d{4}-\d\d-\d\d$/;
const NUMBER = /^\d+(\.\d+)?$/;
const SEPARATOR = ":";

/**
 * The filters that a text names and the words that are left of it; a problem where a token is none of the list's.
 * @param {string} text
 * @param {ListFilters} list
 * @returns {ReadSearch}
 */
export function readSearch(text, list) {
  /** @type {Filters} */
  let filters = {};
  const words = [];
  for (const [piece, minus, name, value] of text.matchAll(PIECES)) {
    const token = name ? { name: name.toLowerCase(), value: unquote(value), isLeftOut: minus === "-" } : null;
    if (!token || (!isWordOf(list, token.name) && name !== token.name)) {
      words.push(piece);
      continue;
    }
    const read = readToken(token, list);
    if (typeof read === "string") return { filters: {}, words: text.trim(), problem: read };
    filters = addFilters(filters, read, list);
  }
  return { filters, words: words.join(" "), problem: null };
}

/** @param {string} value */
const unquote = (value) => value.replace(/^"|"$/g, "");

/**
 * @param {ListFilters} list
 * @param {string} name
 */
const isWordOf = (list, name) => name === "is" || tokenFields(list).some((field) => field.name === name);

/**
 * The filters that a token can name: words are searched for as they are, an order is no filter.
 * @param {ListFilters} list
 */
export const tokenFields = ({ fields }) => fields.filter(({ name, isOrder }) => name !== "q" && !isOrder);

/**
 * The filters that a token stands for, or what is wrong with it.
 * @param {Token} token
 * @param {ListFilters} list
 * @returns {Filters | string}
 */
function readToken({ name, value, isLeftOut }, list) {
  if (name === "is") return readState(value, isLeftOut, list);
  const field = tokenFields(list).find((candidate) => candidate.name === name);
  if (!field) return unknownName(name, list);
  if (isLeftOut && !field.isMany) return `${name}: takes one value, and none that is left out.`;
  const values = field.isMany && field.options ? value.split(",") : [value];
  const read = values.map((each) => readValue(field, each));
  const wrong = read.indexOf(null);
  if (wrong >= 0) return `“${values[wrong]}” is not a value of ${name}: use ${valuesText(field)}.`;
  const known = read.map(String);
  if (isLeftOut) return { without: known.map((each) => name + SEPARATOR + each) };
  return { [name]: field.isMany ? known : known[0] };
}

/**
 * @param {string} value
 * @param {boolean} isLeftOut
 * @param {ListFilters} list
 */
function readState(value, isLeftOut, { is }) {
  const states = Object.keys(is);
  const state = states.find((each) => each === value.toLowerCase());
  if (!state) return `“${value}” is not a value of is: use ${join(states)}.`;
  if (!isLeftOut) return is[state];
  const [[name, values], ...others] = Object.entries(is[state]);
  if (others.length || name === "without" || name === "snoozed") return `is:${state} cannot be left out.`;
  return { without: allOf(values).map((each) => name + SEPARATOR + each) };
}

/**
 * @param {string} name
 * @param {ListFilters} list
 */
function unknownName(name, list) {
  const names = ["is", ...tokenFields(list).map((field) => field.name)].filter(
    (each) => !each.endsWith("_id"),
  );
  return `“${name}:” is not a filter of this list: use ${join(names.map((each) => `${each}:`))}. In quotes it is searched for as it is.`;
}

/**
 * The value of a filter as the API takes it, by itself or its label; null: it is none.
 * @param {Filter} field
 * @param {string} value
 */
function readValue({ options, kind, isNumber }, value) {
  if (isNumber) return NUMBER.test(value) ? value : null;
  if (kind === "date") return DAY.test(value) ? value : null;
  if (!options) return value || null;
  const typed = value.toLowerCase();
  const option = options.find(([key, label]) => key && [key, label.toLowerCase()].includes(typed));
  return option ? option[0] : null;
}

/** @param {Filter} field */
function valuesText({ options, kind, isNumber }) {
  if (isNumber) return "a number";
  if (kind === "date") return "a day such as 2026-11-30";
  return join((options ?? []).map(([key]) => key).filter(Boolean));
}

/** @param {readonly string[]} names */
const join = (names) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names[names.length - 1]}`;

/**
 * Filters with others added: to those that take several values, in place of any other.
 * @param {Filters} filters
 * @param {Filters} added
 * @param {ListFilters} list
 * @returns {Filters}
 */
export function addFilters(filters, added, { fields }) {
  const result = { ...filters };
  for (const [name, values] of Object.entries(added)) {
    const isMany = name === "without" || fields.find((field) => field.name === name)?.isMany;
    result[name] = isMany ? [...new Set([...allOf(result[name]), ...allOf(values)])] : firstOf(values);
  }
  const wanted = new Set(
    Object.keys(added).flatMap((name) => allOf(added[name]).map((each) => `${name}:${each}`)),
  );
  const without = allOf(result.without).filter((each) => !wanted.has(each));
  for (const exclusion of allOf(added.without)) {
    const [name, value] = partOf(exclusion);
    result[name] = allOf(result[name]).filter((each) => each !== value);
  }
  return { ...result, without };
}

/**
 * The name and the value of what is left out.
 * @param {string} exclusion
 * @returns {[string, string]}
 */
export function partOf(exclusion) {
  const at = exclusion.indexOf(SEPARATOR);
  return [exclusion.slice(0, at), exclusion.slice(at + 1)];
}

/**
 * A token as it is typed.
 * @param {string} name
 * @param {string} value
 */
export const writeToken = (name, value) => `${name}:${/[\s",]/.test(value) ? `"${value}"` : value}`;
