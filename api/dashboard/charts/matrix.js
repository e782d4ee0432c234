// The 5 × 5 matrix of likelihood against impact, as a table; every cell lists its patterns.

import { h, link } from "../lib/elements.js";
import { number, pluralize } from "../lib/format.js";

/** @import { Model } from "../types.js" */

const STEPS = [5, 4, 3, 2, 1];
/** @type {[minimum: number, heat: string][]} */
const HEAT = [
  [20, "critical"],
  [12, "high"],
  [6, "medium"],
  [0, "low"],
];

/**
 * @param {Model<"Matrix">} matrix
 * @param {Map<string, string | null>} names
 */
export function matrixTable(matrix, names) {
  const cells = new Map(matrix.cells.map((cell) => [`${cell.likelihood}.${cell.impact}`, cell]));
  const chosen = h("div", { class: "chosen", role: "status" });
  /** @param {Model<"MatrixCell">} cell */
  const choose = (cell) => chosen.replaceChildren(patternsOf(cell, matrix, names));
  const head = headRow(matrix);
  const rows = STEPS.map((likelihood) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, matrix.likelihood[likelihood - 1]),
      [1, 2, 3, 4, 5].map((impact) =>
        cellOf(cells.get(`${likelihood}.${impact}`) ?? emptyCell(likelihood, impact), matrix, choose),
      ),
    ),
  );
  const placed = matrix.cells.reduce((sum, cell) => sum + cell.count, 0);
  return h(
    "div",
    {},
    h(
      "div",
      { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Likelihood by impact" },
      h(
        "table",
        { class: "matrix" },
        h("caption", { class: "unseen" }, `Patterns by likelihood and impact, ${matrix.window_days} days`),
        h("thead", {}, head),
        h("tbody", {}, rows),
      ),
    ),
    h(
      "p",
      { class: "quiet" },
      `${pluralize(placed, "pattern")} with a prediction for ${matrix.window_days} days; impact increases to the right. `,
      "Select a number to see its patterns.",
    ),
    chosen,
  );
}

/** @param {Model<"Matrix">} matrix */
function headRow(matrix) {
  return h(
    "tr",
    {},
    h("th", { scope: "col" }, h("span", { class: "unseen" }, "Likelihood")),
    matrix.impact.map((name) => h("th", { scope: "col" }, short(name))),
  );
}

/** @param {string} name */
const short = (name) => (name.startsWith("low,") ? "minor" : name);

/**
 * @param {Model<"MatrixCell">} cell
 * @param {Model<"Matrix">} matrix
 * @param {(cell: Model<"MatrixCell">) => void} choose
 */
function cellOf(cell, matrix, choose) {
  const heat = HEAT.find(([minimum]) => cell.likelihood * cell.impact >= minimum)?.[1] ?? "low";
  if (!cell.count) return h("td", { class: `cell heat-${heat} empty` }, "·");
  const where = `${matrix.likelihood[cell.likelihood - 1]}, impact ${matrix.impact[cell.impact - 1]}`;
  const summary = `${pluralize(cell.count, "pattern")}: ${where}`;
  return h(
    "td",
    { class: `cell heat-${heat}` },
    h("button", { type: "button", "aria-label": summary, onclick: () => choose(cell) }, number(cell.count)),
  );
}

/**
 * @param {Model<"MatrixCell">} cell
 * @param {Model<"Matrix">} matrix
 * @param {Map<string, string | null>} names
 */
function patternsOf(cell, matrix, names) {
  const rest = cell.count - cell.pattern_ids.length;
  return h(
    "div",
    {},
    h("h3", {}, `${matrix.likelihood[cell.likelihood - 1]}, impact ${matrix.impact[cell.impact - 1]}`),
    h(
      "ul",
      { class: "rows" },
      cell.pattern_ids.map((id) =>
        h("li", {}, link(`/patterns/${id}`, names.get(id) ?? `pattern ${id.slice(0, 8)}`)),
      ),
    ),
    rest > 0 ? h("p", { class: "quiet" }, `and ${number(rest)} more`) : null,
  );
}

/**
 * @param {number} likelihood
 * @param {number} impact
 */
const emptyCell = (likelihood, impact) => ({ likelihood, impact, count: 0, pattern_ids: [] });
