// Predictions: the likelihood × impact matrix, the accuracy, and the list.

import { matrixTable } from "../../charts/matrix.js";
import { get } from "../../lib/client.js";
import { h, link, section, table } from "../../lib/elements.js";
import { firstOf } from "../../lib/filters/values.js";
import { day, dayOf, isWide, plain, pluralize, weekdayOf } from "../../lib/format.js";
import { listing, rowsPerPage } from "../../lib/listing.js";
import { patternLink } from "../../lib/names.js";
import { empty, part, partSection } from "../../lib/states.js";
import { WINDOWS } from "../../lib/vocabulary.js";
import { accuracySection } from "./accuracy.js";
import { FIELDS, STATES } from "./filters.js";
import { daysBetween, probabilityCell } from "./prediction_summary.js";

/** @import { Column, Filters, Model, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showPredictions({ filters: query, signal }) {
  const requested = firstOf(query.window_days);
  const isKnown = WINDOWS.includes(Number(requested));
  const headline = isKnown ? null : await get("/v1/predictions/summary", {}, {}, signal);
  const days = headline ? String(headline.window_days) : requested;
  const matrix = h("div", {});
  /** @param {string} days */
  const draw = (days) => matrix.replaceChildren(part("the matrix", () => readMatrix(days, signal)));
  let matrixDays = days;
  draw(matrixDays);
  /** @param {Filters} filters */
  const read = (filters) => {
    const window = firstOf(filters.window_days);
    if (window && window !== matrixDays) {
      matrixDays = window;
      draw(matrixDays);
    }
    return get("/v1/predictions", {}, { limit: rowsPerPage(25, 12), ...filters }, signal);
  };
  return h(
    "div",
    { class: "screen", "data-title": "Predictions" },
    h("h1", {}, "Predictions"),
    h(
      "p",
      { class: "lead" },
      "How likely each pattern is to recur within a window. Predictions are never rewritten; each is graded when its window ends.",
    ),
    h(
      "div",
      { class: "columns even" },
      section("Likelihood × impact", {}, matrix),
      partSection("Prediction accuracy", "the accuracy", () => accuracySection(signal), { isBelow: true }),
    ),
    section(
      "All predictions",
      {},
      await listing({
        path: "/predictions",
        fields: FIELDS,
        is: STATES,
        query: { ...query, window_days: days },
        noun: "prediction",
        read,
        draw: predictionsTable,
        none,
      }),
    ),
  );
}

/** @param {boolean} isFiltered */
const none = (isFiltered) =>
  isFiltered
    ? empty("No prediction matches these filters.", "Widen or clear them.")
    : empty("No predictions yet: a pattern gets them in the run after it appears.");

/**
 * @param {string} days
 * @param {AbortSignal} signal
 */
async function readMatrix(days, signal) {
  const [matrix, predictions] = await Promise.all([
    get("/v1/predictions/matrix", {}, { window_days: days }, signal),
    get("/v1/predictions", {}, { window_days: days, limit: 100 }, signal),
  ]);
  const names = new Map(predictions.data.map((row) => [row.pattern_id, row.pattern_name]));
  return matrixTable(matrix, names);
}

/** @param {Model<"Prediction">[]} rows */
export function predictionsTable(rows) {
  /** @type {Column<Model<"Prediction">>[]} */
  const columns = [
    {
      isClear: true,
      title: "Probability",
      cell: (row) => link(`/predictions/${row.id}`, probabilityCell(row)),
    },
    {
      title: "Pattern",
      className: "wide",
      cell: (row) => [
        patternLink(row.pattern_id, row.pattern_name ?? "a pattern that was merged"),
        row.likely_trigger ? h("span", { class: "below two-lines" }, row.likely_trigger) : null,
      ],
    },
    {
      isMinor: true,
      title: "Impact",
      cell: (row) => h("span", { class: `impact-${row.impact}` }, row.impact),
    },
    { title: "Window", cell: (row) => pluralize(row.window_days, "day") },
    {
      title: "Next expected",
      cell: (row) =>
        row.next_date_median
          ? h(
              "span",
              { title: `80 %: ${daysBetween(row.next_date_low, row.next_date_high)}` },
              isWide(row)
                ? daysBetween(row.next_date_low, row.next_date_high)
                : `${weekdayOf(row.next_date_median)} ${dayOf(row.next_date_median)}`,
            )
          : "–",
    },
    { isMinor: true, title: "Based on", numeric: true, cell: (row) => pluralize(row.event_count, "event") },
    { isMinor: true, title: "Window ends", cell: (row) => day(row.closes_at) },
    { isClear: true, title: "Outcome", cell: (row) => outcome(row) },
  ];
  return table("Predictions", columns, rows, { className: "stacked" });
}

/** @param {Model<"Prediction">} row */
function outcome(row) {
  if (!row.outcome)
    return row.dismissed_at
      ? h("span", { class: "quiet" }, "dismissed")
      : h("span", { class: "quiet" }, "open");
  const by = row.outcome_by === "system" ? "" : " (set by a person)";
  return h("span", { class: `mark-word outcome-${row.outcome}` }, plain(row.outcome) + by);
}
