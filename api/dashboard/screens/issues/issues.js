// Issues: every ingested failure, with filters and full-text search, and what can be done with several at once.

import { changeAll } from "../../lib/change_all.js";
import { get, patch, post } from "../../lib/client.js";
import { openChoices, openDialog } from "../../lib/dialog.js";
import { h, link, table } from "../../lib/elements.js";
import { ago, exact, plain, pluralize } from "../../lib/format.js";
import { choicesOf, listing, rowsPerPage, selectColumn } from "../../lib/listing.js";
import { patternLink, serviceLink, teamLink } from "../../lib/names.js";
import { isAtLeast } from "../../lib/roles.js";
import { savedViews } from "../../lib/saved_views.js";
import { capitalize } from "../../lib/sentences.js";
import { empty } from "../../lib/states.js";
import { IssueStatus, Severity } from "../../lib/vocabulary.js";
import { patternPicker } from "../patterns/pattern_picker.js";
import { riskMark } from "../patterns/patterns.js";
import { queryOf, STATES, shownFields } from "./filters.js";
import { reportButton } from "./issue_form.js";

/** @import { Vocabulary } from "../../lib/listing.js" */
/** @import { Column, Filters, Model, RowAct, RowGroups, RowSelection, ScreenContext } from "../../types.js" */

/** @type {RowGroups<Model<"IssueSummary">>} */
const GROUPS = {
  service: { label: "service", of: ({ service }) => service ?? "Without a service" },
  pattern: {
    label: "pattern",
    of: (row) => (row.pattern_id ? (row.pattern_name ?? "A new pattern") : "In no pattern"),
  },
  severity: { label: "severity", of: ({ severity }) => severity },
  status: { label: "status", of: ({ status }) => capitalize(plain(status)) },
};

/** @param {ScreenContext} context */
export async function showIssues({ me, filters: query, signal }) {
  /** @param {Filters} filters */
  const read = (filters) =>
    get("/v1/issues", {}, { limit: rowsPerPage(50, 20), ...queryOf(filters) }, signal);
  const canWrite = isAtLeast(me, "analyst");
  return h(
    "div",
    { class: "screen", "data-title": "Issues" },
    h(
      "div",
      { class: "section-head" },
      h("h1", {}, "Issues"),
      link("/seen-before", "Seen before?"),
      canWrite ? reportButton() : null,
    ),
    await Promise.all([
      savedViews("issues", signal),
      listing({
        ...{ path: "/issues", fields: shownFields(query), is: STATES, query, noun: "issue", read, none },
        ...{ draw: issuesTable, acts: canWrite ? ACTS : [], groups: GROUPS },
      }),
    ]),
  );
}

/** @param {boolean} isFiltered */
const none = (isFiltered) =>
  isFiltered
    ? empty("No issue matches these filters.", "Widen or clear them.")
    : empty("No issues yet.", link("/connectors", "See whether a connector has synced"), ".");

/** @typedef {Model<"IssueSummary">} Issue */

/**
 * @param {Issue[]} rows
 * @param {RowSelection<Issue> | null} selection
 * @param {((row: Issue) => string) | null} groupOf
 */
function issuesTable(rows, selection, groupOf) {
  /** @type {Column<Model<"IssueSummary">>[]} */
  const columns = [
    { isClear: true, title: "Severity", cell: (row) => severityMark(row.severity) },
    {
      title: "Issue",
      className: "wide",
      cell: (row) => [
        link(`/issues/${row.id}`, row.title),
        h(
          "span",
          { class: "below one-line", title: row.external_id },
          `${plain(row.source)} ${row.external_id}`,
        ),
      ],
    },
    { isMinor: true, isClear: true, title: "Service", cell: (row) => serviceLink(row.service) },
    { isMinor: true, isClear: true, title: "Team", cell: (row) => teamLink(row.team) },
    {
      isClear: true,
      title: "Created",
      cell: (row) => h("span", { title: exact(row.source_created_at) }, ago(row.source_created_at)),
    },
    { isClear: true, title: "Status", cell: (row) => plain(row.status) },
    { isMinor: true, title: "Risk", numeric: true, cell: (row) => riskMark(row.risk_score) },
    {
      title: "Pattern",
      className: "wide",
      cell: (row) =>
        row.pattern_id
          ? patternLink(row.pattern_id, row.pattern_name ?? "a new pattern")
          : h("span", { class: "quiet" }, "In no pattern"),
    },
  ];
  if (selection) columns.unshift(selectColumn(selection, ({ title }) => title));
  return table("Issues", columns, rows, { className: "stacked", groupOf });
}

/**
 * What can be done with all selected issues.
 * @type {RowAct<Issue>[]}
 */
const ACTS = [
  { label: "Set status", key: "s", act: (rows, done) => setAll("status", IssueStatus, rows, done) },
  { label: "Set severity", key: "p", act: (rows, done) => setAll("severity", Severity, rows, done) },
  { label: "Link to a pattern", key: "l", act: linkAll },
];

/**
 * @param {"status" | "severity"} name
 * @param {Vocabulary} vocabulary
 * @param {Issue[]} rows
 * @param {() => void} done
 */
function setAll(name, vocabulary, rows, done) {
  /** @param {Issue} row @param {string} value */
  const store = ({ id }, value) => patch("/v1/issues/{issue_id}", { issue_id: id }, { [name]: value });
  openChoices(`Set the ${name} of ${pluralize(rows.length, "issue")}`, choicesOf(vocabulary), (value) =>
    changeAll(rows, (row) => store(row, value), {
      ...{ noun: "issue", done: "changed", after: done },
      undo: (row) => store(row, row[name]),
    }),
  );
}

/**
 * @param {Issue[]} rows
 * @param {() => void} done
 */
function linkAll(rows, done) {
  openDialog(`Which pattern do these ${pluralize(rows.length, "issue")} belong to?`, (close) =>
    patternPicker({
      verb: "Link",
      choose: async ([patternId], reason) => {
        close();
        const body = { pattern_id: patternId, ...(reason && { reason }) };
        await changeAll(
          rows,
          ({ id }) => post("/v1/issues/{issue_id}/link-pattern", { issue_id: id }, body),
          { noun: "issue", done: "linked", after: done },
        );
      },
    }),
  );
}

/** @param {Model<"Severity">} severity */
export const severityMark = (severity) => h("span", { class: `severity severity-${severity}` }, severity);
