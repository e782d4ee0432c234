// What a token may become while it is typed: names of filters, then values of the one that is named.

import { tokenFields, writeToken } from "./tokens.js";

/** @import { Completion, Filter, ListFilters } from "../../types.js" */

const MAX_COMPLETIONS = 8;
const UNFINISHED = /(?:^|\s)(-?)([a-z_]*)(:?)("[^"]*|[^\s"]*)$/i;

/**
 * What the text up to the caret may become; each names the whole text that it makes of it.
 * @param {string} text
 * @param {ListFilters} list
 * @returns {Promise<Completion[]>}
 */
export async function completionsOf(text, list) {
  const match = UNFINISHED.exec(text);
  if (!match) return [];
  const [, minus, name, colon, typed] = match;
  const before = text.slice(0, text.length - (minus + name + colon + typed).length) + minus;
  if (!colon && typed) return [];
  const found = colon
    ? await valuesFor(name.toLowerCase(), typed.replace(/^"/, "").toLowerCase(), list)
    : namesFor(name.toLowerCase(), list);
  return found
    .map((completion) => ({ ...completion, text: before + completion.text }))
    .filter((completion) => completion.text.trim() !== text)
    .slice(0, MAX_COMPLETIONS);
}

/**
 * @param {string} typed
 * @param {ListFilters} list
 * @returns {Completion[]}
 */
function namesFor(typed, list) {
  const names = tokenFields(list).map(({ name, label }) => ({ name, label }));
  if (Object.keys(list.is).length) names.unshift({ name: "is", label: "State" });
  return names
    .filter(({ name, label }) => name.startsWith(typed) || (typed && label.toLowerCase().startsWith(typed)))
    .map(({ name, label }) => ({ shown: `${name}:`, detail: label, text: `${name}:`, isWhole: false }));
}

/**
 * @param {string} name
 * @param {string} typed
 * @param {ListFilters} list
 * @returns {Promise<Completion[]>}
 */
async function valuesFor(name, typed, list) {
  const field = tokenFields(list).find((candidate) => candidate.name === name);
  const values = name === "is" ? statesOf(list) : await readValues(field);
  return values
    .filter(([value, label]) => value && [value, label].some((text) => text.toLowerCase().includes(typed)))
    .sort(([a], [b]) => Number(beginsWith(b, typed)) - Number(beginsWith(a, typed)))
    .map(([value, label]) => ({
      shown: writeToken(name, value),
      detail: label === value ? "" : label,
      text: `${writeToken(name, value)} `,
      isWhole: true,
    }));
}

/**
 * @param {string} value
 * @param {string} typed
 */
const beginsWith = (value, typed) => value.toLowerCase().startsWith(typed);

/**
 * @param {ListFilters} list
 * @returns {(readonly [string, string])[]}
 */
const statesOf = ({ is }) => Object.keys(is).map((state) => [state, ""]);

/**
 * @param {Filter | undefined} field
 * @returns {Promise<(readonly [string, string])[]>}
 */
async function readValues(field) {
  if (field?.options) return [...field.options];
  const values = field?.suggest ? await field.suggest().catch(() => []) : [];
  return values.map((value) => [value, ""]);
}
