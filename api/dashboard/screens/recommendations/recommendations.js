// The ranked list of recommendations, and the marks it shares with a recommendation's page.

import { intervalMark } from "../../charts/axes.js";
import { get } from "../../lib/client.js";
import { h, link, table } from "../../lib/elements.js";
import { amount, amountsBetween, plain } from "../../lib/format.js";
import { listing, rowsPerPage, selectColumn } from "../../lib/listing.js";
import { nameWithPills, teamLink } from "../../lib/names.js";
import { isAtLeast } from "../../lib/roles.js";
import { capitalize } from "../../lib/sentences.js";
import { empty } from "../../lib/states.js";
import { assigneeCell, BY_ASSIGNEE } from "../assignees.js";
import { FIELDS, queryOf, STATES } from "./filters.js";
import { adviceSection, readInvestigations, readUnexplained } from "./investigations.js";
import { recommendationActs } from "./row_acts.js";

/** @import { Column, Filters, Model, RowGroups, RowSelection, ScreenContext } from "../../types.js" */
/** @typedef {Model<"Recommendation">} Recommendation */

/** @type {RowGroups<Recommendation>} */
const GROUPS = {
  owner: { label: "owner", of: ({ owner }) => owner?.name ?? "Owned by nobody" },
  assignee: BY_ASSIGNEE,
  type: { label: "type", of: ({ type }) => capitalize(plain(type)) },
  effort: { label: "effort", of: ({ effort }) => `${capitalize(effort)} effort` },
};

/** Why a fix that prevents less may stand above one that prevents more. */
export const RANKED_BY =
  "Ranked by the recurrences that a fix prevents in 90 days, for its effort and how sure it is.";

/**
 * Every recommendation, however many.
 * @param {ScreenContext} context
 */
export async function showRecommendations({ filters: query, me, signal, reload }) {
  /** @param {Filters} filters */
  const read = (filters) =>
    get("/v1/recommendations", {}, { limit: rowsPerPage(50, 20), ...queryOf(filters) }, signal);
  const canWrite = isAtLeast(me, "analyst");
  /** @param {boolean} isFiltered */
  const none = (isFiltered) =>
    isFiltered
      ? empty("No recommendation matches these filters.", "Widen or clear them.")
      : empty(
          "No recommendations yet: they follow from patterns that recur.",
          link("/patterns", "See the patterns"),
          ".",
        );
  return h(
    "div",
    { class: "screen", "data-title": "Recommendations" },
    h("h1", {}, "Recommendations"),
    h("p", { class: "lead" }, `What to fix, in order. ${RANKED_BY}`),
    await listing({
      ...{ path: "/recommendations", fields: FIELDS, is: STATES, query, noun: "recommendation", read, none },
      draw: recommendationsTable,
      acts: canWrite ? recommendationActs(me) : [],
      groups: GROUPS,
    }),
    adviceSection(
      "Find out",
      "What to note at the next occurrence, to tell two causes apart: three at most at a time.",
      "what to find out",
      () => readInvestigations(canWrite, reload, signal),
    ),
    adviceSection(
      "No known fix",
      "Patterns that recur while nothing here suggests what would stop them.",
      "patterns without a known fix",
      () => readUnexplained(signal),
    ),
  );
}

/**
 * How many recurrences a recommendation would prevent.
 * @param {Pick<Model<"Recommendation">, "expected_loops_prevented">} recommendation
 */
export const recurrencesPrevented = (recommendation) =>
  recommendation.expected_loops_prevented < 0.5
    ? "under 1"
    : `about ${amount(recommendation.expected_loops_prevented)}`;

/**
 * The 80 % interval of that, such as “14 to 27”.
 * @param {Pick<Model<"Recommendation">, "expected_low" | "expected_high">} recommendation
 */
export const preventedInterval = ({ expected_low, expected_high }) =>
  amountsBetween(expected_low, expected_high);

/**
 * “code fix · low effort · quick win”.
 * @param {Pick<Model<"Recommendation">, "type" | "effort" | "impact">} options
 */
export function effortAndImpact({ type, effort, impact }) {
  return `${plain(type)} · ${effort} effort · ${impact === "quick_win" ? "quick win" : `${impact} impact`}`;
}

/**
 * A status as a small mark.
 * @param {string} status
 */
export const statusMark = (status) => h("span", { class: `mark-word status-${status}` }, plain(status));

/**
 * @param {Recommendation[]} rows
 * @param {RowSelection<Recommendation> | null} [selection]
 * @param {((row: Recommendation) => string) | null} [groupOf]
 */
export function recommendationsTable(rows, selection = null, groupOf = null) {
  if (!rows.length) {
    return empty(
      "Nothing is recommended right now.",
      "Recommendations follow from patterns: ",
      link("/patterns", "see the patterns"),
      ".",
    );
  }
  const largest = Math.max(0.1, ...rows.map((row) => row.expected_high));
  /** @type {Column<Recommendation>[]} */
  const columns = [
    { title: "#", numeric: true, cell: (row) => row.rank ?? "–" },
    {
      title: "Recommendation",
      className: "wide",
      cell: (row) => [
        link(`/recommendations/${row.id}`, nameWithPills(row.title)),
        h("span", { class: "below" }, `${plain(row.type)} · ${row.effort} effort`),
      ],
    },
    {
      isMinor: true,
      title: "Impact",
      cell: (row) => h("span", { class: `impact-${row.impact}` }, plain(row.impact)),
    },
    {
      title: "Recurrences prevented",
      numeric: true,
      cell: (row) => h("strong", {}, recurrencesPrevented(row)),
    },
    { isMinor: true, title: "80 % interval", cell: (row) => intervalCell(row, largest) },
    { isClear: true, title: "Status", cell: (row) => statusMark(row.status) },
    { title: "Owner", cell: (row) => teamLink(row.owner?.name) },
  ];
  if (selection || rows.some((row) => row.assignee))
    columns.push({ title: "Assigned to", cell: (row) => assigneeCell(row, row.title, selection) });
  if (selection) columns.unshift(selectColumn(selection, ({ title }) => title));
  return table("Recommendations by rank", columns, rows, { className: "stacked", groupOf });
}

/**
 * @param {Model<"Recommendation">} row
 * @param {number} largest
 */
function intervalCell(row, largest) {
  const mark = intervalMark(row.expected_low, row.expected_loops_prevented, row.expected_high, largest);
  return h("span", { class: "with-mark" }, mark, h("span", { class: "quiet" }, preventedInterval(row)));
}
