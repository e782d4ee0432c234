// A filtered list as a CSV file, made in the browser: whoever may read the list may keep it.

import { h } from "./elements.js";
import { number } from "./format.js";
import { action, notice } from "./states.js";
import { FORMULA_BEGINNING } from "./vocabulary.js";

/** @import { Filters, Page } from "../types.js" */

const ROWS_PER_PAGE = 100;
const MAX_ROWS = 10_000;
const FORMULA = new RegExp(FORMULA_BEGINNING, "u");

/**
 * A button that reads every page of a list, with the filters of the moment, and saves it.
 * @template {object} Item
 * @param {string} name
 * @param {(query: Filters) => Promise<Page<Item>>} read
 * @param {() => Filters} filtersOfNow
 */
export const csvButton = (name, read, filtersOfNow) =>
  action("Save as CSV", async () => {
    const { rows, isWhole } = await readAll(read, filtersOfNow());
    saveFile(`${name}.csv`, new Blob([writeCsv(rows)], { type: "text/csv" }));
    notice(isWhole ? "Saved." : `Saved the first ${number(MAX_ROWS)} rows: use filters for others.`);
  });

/**
 * @template {object} Item
 * @param {(query: Filters) => Promise<Page<Item>>} read
 * @param {Filters} filters
 */
async function readAll(read, filters) {
  /** @type {Item[]} */
  const rows = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    /** @type {Page<Item>} */
    const page = await read({ ...filters, cursor, limit: String(ROWS_PER_PAGE) });
    rows.push(...page.data);
    cursor = page.page.has_more ? page.page.next_cursor : null;
  } while (cursor && rows.length < MAX_ROWS);
  return { rows, isWhole: !cursor };
}

/**
 * Rows as CSV (RFC 4180); what is nested is written as JSON.
 * @param {readonly object[]} rows
 */
export function writeCsv(rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = rows.map((row) => columns.map((column) => cell(Reflect.get(row, column))).join(","));
  return `${[columns.join(","), ...lines].join("\r\n")}\r\n`;
}

/** @param {unknown} value */
function cell(value) {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  // A spreadsheet would compute what begins like a formula.
  const isFormula = typeof value === "string" && FORMULA.test(text);
  const harmless = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/**
 * Let the browser save a file.
 * @param {string} name
 * @param {Blob} content
 */
export function saveFile(name, content) {
  const address = URL.createObjectURL(content);
  h("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
