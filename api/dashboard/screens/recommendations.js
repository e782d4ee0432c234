// The ranked list of recommendations, and the marks it shares with a recommendation's page.

import { intervalMark } from "../charts/axes.js";
import { h, table, link } from "../lib/elements.js";
import { number, plain } from "../lib/format.js";
import { empty } from "../lib/states.js";

/** How many recurrences a recommendation would prevent. */
export const loopsPrevented = (recommendation) =>
  recommendation.expected_loops_prevented >= 0.05
    ? number(recommendation.expected_loops_prevented, 1)
    : "< 0.1";

/** “code fix · low effort · quick win”. */
export function effortAndImpact({ type, effort, impact }) {
  return `${plain(type)} · ${effort} effort · ${impact === "quick_win" ? "quick win" : `${impact} impact`}`;
}

/** A status as a small mark. */
export const statusMark = (status) => h("span", { class: `mark-word status-${status}` }, plain(status));

export function recommendationsTable(rows) {
  if (!rows.length) {
    return empty(
      "Nothing is recommended right now.",
      "Recommendations follow from patterns: ",
      link("/patterns", "see the patterns"),
      ".",
    );
  }
  const largest = Math.max(0.1, ...rows.map((row) => row.expected_high));
  const columns = [
    { title: "#", numeric: true, cell: (row) => row.rank ?? "–" },
    {
      title: "Recommendation",
      className: "wide",
      cell: (row) => link(`/recommendations/${row.id}`, row.title),
    },
    { title: "Type", cell: (row) => plain(row.type) },
    { title: "Effort", cell: (row) => row.effort },
    { title: "Impact", cell: (row) => h("span", { class: `impact-${row.impact}` }, plain(row.impact)) },
    { title: "Loops prevented", numeric: true, cell: (row) => h("strong", {}, loopsPrevented(row)) },
    { title: "80 % interval", cell: (row) => intervalCell(row, largest) },
    { title: "Status", cell: (row) => statusMark(row.status) },
  ];
  return table("Recommendations by rank", columns, rows, { className: "stacked" });
}

function intervalCell(row, largest) {
  const mark = intervalMark(row.expected_low, row.expected_loops_prevented, row.expected_high, largest);
  return h(
    "span",
    { class: "with-mark" },
    mark,
    h("span", { class: "quiet" }, `${number(row.expected_low, 1)}–${number(row.expected_high, 1)}`),
  );
}
