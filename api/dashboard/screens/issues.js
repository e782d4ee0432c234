// Issues: every ingested failure, with filters and full-text search.

import { get } from "../lib/client.js";
import { h, table, link } from "../lib/elements.js";
import { ago, minute, plain } from "../lib/format.js";
import { anyOf, listing } from "../lib/listing.js";
import { empty } from "../lib/states.js";
import { riskMark } from "./patterns.js";

const FIELDS = [
  { name: "q", label: "Search title and text", placeholder: "words, “a phrase”, -without" },
  { name: "severity", label: "Severity", options: anyOf(["p1", "p2", "p3", "p4"]) },
  {
    name: "status",
    label: "Status",
    options: anyOf(["open", "in_loop", "mitigating", "resolved", "closed"]),
  },
  { name: "service", label: "Service" },
  { name: "team", label: "Team" },
  {
    name: "sort",
    label: "Order",
    options: [
      ["", "newest first"],
      ["-risk_score", "riskiest first"],
      ["-updated_at", "last updated first"],
      ["created_at", "oldest first"],
    ],
  },
  { name: "pattern_id", label: "Pattern id" },
  { name: "connector_id", label: "Connector id" },
];

export async function showIssues({ query, signal }) {
  const fields = FIELDS.filter((field) => !field.name.endsWith("_id") || query[field.name]);
  return h(
    "div",
    { class: "screen", "data-title": "Issues" },
    h("h1", {}, "Issues"),
    listing({
      path: "/issues",
      fields,
      query,
      noun: "issue",
      read: (filters) => get("/v1/issues", {}, { ...filters, limit: 50 }, signal),
      draw: issuesTable,
      none: (isFiltered) =>
        isFiltered
          ? empty("No issue matches these filters.", "Widen or clear them.")
          : empty("No issues yet.", link("/connectors", "See whether a connector has synced"), "."),
    }),
  );
}

function issuesTable(rows) {
  const columns = [
    { title: "Severity", cell: (row) => severityMark(row.severity) },
    {
      title: "Issue",
      className: "wide",
      cell: (row) => [
        link(`/issues/${row.id}`, row.title),
        h("span", { class: "below" }, `${row.source} ${row.external_id}`),
      ],
    },
    { title: "Service", cell: (row) => row.service ?? "–" },
    { title: "Team", cell: (row) => row.team ?? "–" },
    {
      title: "Created",
      cell: (row) => h("span", { title: minute(row.source_created_at) }, ago(row.source_created_at)),
    },
    { title: "Status", cell: (row) => plain(row.status) },
    { title: "Risk", numeric: true, cell: (row) => riskMark(row.risk_score) },
    {
      title: "Pattern",
      cell: (row) =>
        row.pattern_id
          ? link(`/patterns/${row.pattern_id}`, "pattern", { "aria-label": `Pattern of ${row.title}` })
          : h("span", { class: "quiet" }, "none"),
    },
  ];
  return table("Issues", columns, rows, { className: "stacked" });
}

export const severityMark = (severity) => h("span", { class: `severity severity-${severity}` }, severity);
