// Services: one of them with its patterns, issues and changes; without a name in the address, all that have issues.

import { get } from "../../lib/client.js";
import { facts, h, link, section, table } from "../../lib/elements.js";
import { ago, exact, number, plain, pluralize } from "../../lib/format.js";
import { patternLink } from "../../lib/names.js";
import { isAtLeast } from "../../lib/roles.js";
import { empty, partSection } from "../../lib/states.js";
import { OPEN_ISSUE_STATUSES, Severity } from "../../lib/vocabulary.js";

import { ownerButton, ownerText } from "../owners/owner_button.js";

/** @import { Column, Model, ScreenContext } from "../../types.js" */

const ROWS = 10;

/** @param {ScreenContext} context */
export async function showServices({ query, me, signal, reload }) {
  if (!query.name) return drawServices(signal);
  return drawService(query.name, isAtLeast(me, "analyst") ? reload : null, signal);
}

/** @param {AbortSignal} signal */
async function drawServices(signal) {
  const { services } = await get("/v1/issues/values", {}, {}, signal);
  return h(
    "div",
    { class: "screen", "data-title": "Services" },
    h("h1", {}, "Services"),
    h("p", { class: "lead" }, "What fails, service by service; those with the most issues first."),
    services.length ? servicesTable(services) : empty("No issue names a service yet."),
  );
}

/** @param {Model<"IssueValues">["services"]} rows */
function servicesTable(rows) {
  /** @type {Column<Model<"IssueValues">["services"][number]>[]} */
  const columns = [
    {
      title: "Service",
      className: "wide",
      cell: ({ name }) => link(addressOf("/services", name, "name"), name),
    },
    { title: "Issues", numeric: true, cell: (row) => number(row.issues) },
    { title: "Not ended", numeric: true, cell: (row) => number(row.open_issues) },
    {
      title: "Last issue",
      cell: (row) => h("span", { title: exact(row.last_created_at) }, ago(row.last_created_at)),
    },
  ];
  return table("Services", columns, rows, { className: "stacked" });
}

/**
 * @param {string} name
 * @param {(() => void) | null} reload
 * @param {AbortSignal} signal
 */
async function drawService(name, reload, signal) {
  const [{ owner }, patterns, open] = await Promise.all([
    get("/v1/owners/of", {}, { item_kind: "service", item: name }, signal),
    get("/v1/patterns", {}, { service: [name], limit: ROWS }, signal),
    get("/v1/issues", {}, { service: [name], status: [...OPEN_ISSUE_STATUSES], limit: 1 }, signal),
  ]);
  return h(
    "div",
    { class: "screen", "data-title": name },
    h("p", { class: "quiet" }, link("/services", "Services")),
    h("h1", {}, name),
    h(
      "p",
      { class: "lead" },
      `${pluralize(patterns.page.total, "pattern")}, ${pluralize(open.page.total, "issue")} not ended.`,
    ),
    facts([
      ["Owner", ownerText(owner) ?? "Nobody is named"],
      ["Repository", owner?.repository],
    ]),
    reload
      ? h(
          "div",
          { class: "actions" },
          ownerButton({ kind: "service", item: name, title: name, owner }, reload),
        )
      : null,
    section(
      "Why it fails",
      { beside: allLink("/patterns", name, patterns.page.total) },
      patterns.data.length ? patternsTable(patterns.data) : empty("No pattern has an issue of this service."),
    ),
    partSection("What failed last", "issues", () => issuesPart(name, signal)),
    partSection("What was changed", "changes", () => changesPart(name, signal), { isBelow: true }),
  );
}

/**
 * The address of a screen with a service as its filter.
 * @param {string} path
 * @param {string} name
 * @param {string} [filter]
 */
const addressOf = (path, name, filter = "service") => `${path}?${new URLSearchParams({ [filter]: name })}`;

/**
 * @param {string} path
 * @param {string} name
 * @param {number} total
 */
const allLink = (path, name, total) => (total ? link(addressOf(path, name), `All ${number(total)}`) : null);

/** @param {Model<"Pattern">[]} rows */
function patternsTable(rows) {
  /** @type {Column<Model<"Pattern">>[]} */
  const columns = [
    {
      title: "Pattern",
      className: "wide",
      cell: (row) => patternLink(row.id, row.name),
    },
    { title: "Status", cell: (row) => plain(row.status) },
    { title: "Times", className: "number", cell: (row) => number(row.occurrence_count) },
    { title: "Last", cell: (row) => h("span", { title: exact(row.last_seen_at) }, ago(row.last_seen_at)) },
    {
      title: "Assigned to",
      cell: (row) => row.assignee?.name ?? "–",
    },
  ];
  return table("Patterns of this service, the riskiest first", columns, rows, { className: "stacked" });
}

/**
 * @param {string} name
 * @param {AbortSignal} signal
 */
async function issuesPart(name, signal) {
  const { data, page } = await get("/v1/issues", {}, { service: [name], limit: ROWS }, signal);
  /** @type {Column<Model<"IssueSummary">>[]} */
  const columns = [
    { title: "Issue", className: "wide", cell: (row) => link(`/issues/${row.id}`, row.title) },
    { title: "Severity", cell: (row) => Severity.labels[row.severity] },
    { title: "Status", cell: (row) => plain(row.status) },
    {
      title: "Began",
      cell: (row) => h("span", { title: exact(row.source_created_at) }, ago(row.source_created_at)),
    },
  ];
  const rows = data.length
    ? table("Issues of this service, newest first", columns, data, { className: "stacked" })
    : empty("No issue names this service.");
  return h("div", {}, rows, h("p", { class: "more" }, allLink("/issues", name, page.total)));
}

/**
 * @param {string} name
 * @param {AbortSignal} signal
 */
async function changesPart(name, signal) {
  const { data, page } = await get("/v1/changes", {}, { service: [name], limit: ROWS }, signal);
  const rows = data.map((row) =>
    h(
      "li",
      {},
      h("span", { class: "quiet", title: exact(row.changed_at) }, ago(row.changed_at)),
      ` ${row.title} `,
      h("span", { class: "quiet" }, plain(row.kind)),
    ),
  );
  const list = rows.length
    ? h("ul", { class: "rows" }, rows)
    : empty("No change of this service is known.", link("/changes", "Record one"), ".");
  return h("div", {}, list, h("p", { class: "more" }, allLink("/changes", name, page.total)));
}
