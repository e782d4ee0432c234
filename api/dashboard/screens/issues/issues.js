// Issues: every ingested failure, with filters and full-text search, and what can be done with several at once.

import { get, messageOf, patch, post } from "../../lib/client.js";
import { openDialog } from "../../lib/dialog.js";
import { h, link, table } from "../../lib/elements.js";
import { ago, dayAfter, exact, plain, pluralize, startOfDay } from "../../lib/format.js";
import { valuesOf } from "../../lib/issue_values.js";
import { anyOf, choicesOf, listing, rowsPerPage } from "../../lib/listing.js";
import { patternLink, serviceLink, teamLink } from "../../lib/names.js";
import { isAtLeast } from "../../lib/roles.js";
import { savedViews } from "../../lib/saved_views.js";
import { empty, notice } from "../../lib/states.js";
import { IssueStatus, Severity } from "../../lib/vocabulary.js";
import { ownerNames } from "../owners/owner_button.js";
import { patternPicker } from "../patterns/pattern_picker.js";
import { riskMark } from "../patterns/patterns.js";
import { reportButton } from "./issue_form.js";

/** @import { Column, Filter, Filters, Model, RowSelection, ScreenContext } from "../../types.js" */

/** @type {Filter[]} */
const FIELDS = [
  { name: "q", label: "Search title and text", placeholder: "words, “a phrase”, -without" },
  { name: "severity", label: "Severity", options: anyOf(Severity) },
  { name: "status", label: "Status", options: anyOf(IssueStatus) },
  { name: "service", label: "Service", suggest: valuesOf("service") },
  { name: "team", label: "Team", suggest: valuesOf("team") },
  { name: "owner", label: "Owner", suggest: ownerNames },
  { name: "from", label: "From", kind: "date" },
  { name: "to", label: "To", kind: "date" },
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

/** Filters that links from other screens set: they stand here only then. */
const LINKED = new Set(["owner", "pattern_id", "connector_id"]);

/** @param {ScreenContext} context */
export async function showIssues({ me, query, signal }) {
  const fields = FIELDS.filter(({ name }) => !LINKED.has(name) || query[name]);
  /** @param {Filters} options */
  const read = ({ from, to, ...filters }) =>
    get(
      "/v1/issues",
      {},
      {
        ...{ ...filters, limit: rowsPerPage(50, 20) },
        ...{ created_from: from && startOfDay(from), created_before: to && startOfDay(dayAfter(to)) },
      },
      signal,
    );
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
        ...{ path: "/issues", fields, query, noun: "issue", read, draw: issuesTable, none },
        actions: canWrite ? bulkActions : undefined,
      }),
    ]),
  );
}

/** @param {boolean} isFiltered */
const none = (isFiltered) =>
  isFiltered
    ? empty("No issue matches these filters.", "Widen or clear them.")
    : empty("No issues yet.", link("/connectors", "See whether a connector has synced"), ".");

/**
 * @param {Model<"IssueSummary">[]} rows
 * @param {RowSelection | null} selection
 */
function issuesTable(rows, selection) {
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
  if (selection)
    columns.unshift({ isClear: true, title: "Select", cell: (row) => selection.checkboxFor(row, row.title) });
  return table("Issues", columns, rows, { className: "stacked" });
}

/**
 * What can be done with all selected issues.
 * @param {string[]} ids
 * @param {() => void} done
 */
function bulkActions(ids, done) {
  const status = h(
    "select",
    { id: "bulk-status", "aria-label": "Set the status" },
    [["", "Set status …"], ...choicesOf(IssueStatus)].map(([value, text]) => h("option", { value }, text)),
  );
  const severity = h(
    "select",
    { id: "bulk-severity", "aria-label": "Set the severity" },
    [["", "Set severity …"], ...choicesOf(Severity)].map(([value, text]) => h("option", { value }, text)),
  );
  /**
   * @param {HTMLSelectElement} select
   * @param {string} name
   */
  const change = (select, name) => () =>
    select.value &&
    forEach(
      ids,
      (id) => patch("/v1/issues/{issue_id}", { issue_id: id }, { [name]: select.value }),
      "changed",
      done,
    );
  status.addEventListener("change", change(status, "status"));
  severity.addEventListener("change", change(severity, "severity"));
  return [
    status,
    severity,
    h("button", { type: "button", onclick: () => linkAll(ids, done) }, "Link to a pattern"),
  ];
}

/**
 * @param {string[]} ids
 * @param {() => void} done
 */
function linkAll(ids, done) {
  openDialog(`Which pattern do these ${pluralize(ids.length, "issue")} belong to?`, (close) =>
    patternPicker({
      verb: "Link",
      choose: async ([patternId], reason) => {
        close();
        const body = { pattern_id: patternId, ...(reason && { reason }) };
        await forEach(
          ids,
          (id) => post("/v1/issues/{issue_id}/link-pattern", { issue_id: id }, body),
          "linked",
          done,
        );
      },
    }),
  );
}

/**
 * One request an issue, and one message about all; what failed stays selected.
 * @param {string[]} ids
 * @param {(id: string) => Promise<unknown>} send
 * @param {string} verb
 * @param {() => void} done
 */
async function forEach(ids, send, verb, done) {
  /** @type {string[]} */
  const failures = [];
  for (const id of ids) await send(id).catch((error) => failures.push(messageOf(error)));
  const changed = ids.length - failures.length;
  notice(`${pluralize(changed, "issue")} ${verb}.`);
  if (failures.length) notice(`${pluralize(failures.length, "issue")} not ${verb}: ${failures[0]}`, "error");
  done();
}

/** @param {Model<"Severity">} severity */
export const severityMark = (severity) => h("span", { class: `severity severity-${severity}` }, severity);
