// The page of a service or team: what failed there in a span of days, what it cost, what ended it, and what is due.

import { frequencyChart } from "../../charts/axes.js";
import { get } from "../../lib/client.js";
import { csvButton } from "../../lib/csv.js";
import { h, link, section, table } from "../../lib/elements.js";
import {
  ago,
  duration,
  exact,
  number,
  percent,
  plain,
  pluralize,
  startOfDay,
  timeZone,
  today,
} from "../../lib/format.js";
import { patternLink, withQuery } from "../../lib/names.js";
import { empty, partSection } from "../../lib/states.js";
import { Severity } from "../../lib/vocabulary.js";
import { endingRow } from "../patterns/endings.js";
import { statusOf } from "../patterns/patterns.js";
import { predictionsTable } from "../predictions/predictions.js";
import { printButton } from "../print_button.js";
import { recommendationsTable } from "../recommendations/recommendations.js";
import { tile, tiles } from "../tiles.js";

/** @import { Column, Content, Filters, Model, ScreenContext } from "../../types.js" */
/** @typedef {{ service: string[] } | { owner: string[] }} Filter the lists' filter that leaves what the page is of */
/** @typedef {{
 *   name: string,
 *   path: string,
 *   all: string,
 *   filter: Filter,
 *   readSummary: (query: { name: string, days: number }) => Promise<Model<"Summary">>,
 *   about: (summary: Model<"Summary">) => Content,
 *   actions: readonly Content[],
 * }} Subject */

const DAY = 86_400_000;
const ROWS = 10;
const DUE = 5;
const SPANS = [30, 90, 365];
const DEFAULT_SPAN = 90;

/**
 * @param {ScreenContext} context
 * @param {Subject} subject
 */
export async function drawFailures({ query, signal }, subject) {
  const { name, filter, path, all } = subject;
  const days = SPANS.find((each) => String(each) === query.days) ?? DEFAULT_SPAN;
  const [summary, patterns] = await Promise.all([
    subject.readSummary({ name, days }),
    get("/v1/patterns", {}, { ...filter, limit: ROWS }, signal),
  ]);
  const of = { ...subject, signal, window: summary.headline_window };
  return h(
    "div",
    { class: "screen", "data-title": name },
    h("p", { class: "trail" }, link(path, all)),
    h("h1", {}, name),
    h("p", { class: "lead" }, leadText(summary, patterns.page.total)),
    subject.about(summary),
    h("div", { class: "actions" }, subject.actions, printButton(), issuesAsFile(subject, days, signal)),
    summaryTiles(summary),
    section(`The last ${days} days`, { beside: spanLinks(path, name, days) }, weeksChart(summary)),
    section(
      "Why it fails",
      { beside: allLink("/patterns", filter, patterns.page.total) },
      patterns.data.length ? patternsTable(patterns.data) : empty("None of its issues is in a pattern."),
    ),
    partSection("What to fix", "recommendations", () => fixesPart(of)),
    partSection("What is due", "predictions", () => duePart(of), { isBelow: true }),
    section("What ended it", {}, endingsList(summary.endings)),
    section("Who knows it", {}, expertsTable(summary.experts)),
    partSection("What failed last", "issues", () => issuesPart(of), { isBelow: true }),
    partSection("What was changed", "changes", () => changesPart(of), { isBelow: true }),
  );
}

/** @typedef {Subject & { signal: AbortSignal, window: number }} Shown */

/**
 * @param {Model<"Summary">} summary
 * @param {number} patterns
 */
const leadText = ({ open_issues }, patterns) =>
  `${pluralize(patterns, "pattern")}, ${pluralize(open_issues, "unresolved issue")}.`;

/** @param {Model<"Summary">} summary */
const summaryTiles = ({ days, occurrences, occurrences_before, mttr_seconds, cost }) =>
  tiles(
    tile("Failures", number(occurrences), `in ${days} days`),
    tile(
      `Against the ${days} days before`,
      changeText(occurrences, occurrences_before),
      `${number(occurrences_before)} then`,
    ),
    tile(
      "Median time to end",
      duration(mttr_seconds),
      mttr_seconds === null ? "nothing ended" : "of those that ended",
    ),
    tile(
      "Cost",
      cost === null ? "–" : number(cost, 0),
      cost === null ? "the settings do not say what one costs" : "at what one recurrence costs",
    ),
  );

/**
 * @param {number} now
 * @param {number} before
 */
function changeText(now, before) {
  if (!before) return "–";
  if (now === before) return "the same";
  return `${percent(Math.abs(now - before) / before)} ${now > before ? "more" : "fewer"}`;
}

/** @param {Model<"Summary">} summary */
const weeksChart = ({ name, weeks }) =>
  frequencyChart(`Failures of ${name}`, { bucket: "week", timezone: timeZone(), data: weeks });

/**
 * @param {string} path
 * @param {string} name
 * @param {number} days
 */
const spanLinks = (path, name, days) =>
  h(
    "nav",
    { class: "spans", "aria-label": "Span of days" },
    SPANS.map((each) =>
      link(withQuery(path, { name, days: String(each) }), `${each} days`, {
        "aria-current": each === days ? "true" : null,
      }),
    ),
  );

/**
 * The issues of the span as a file, for whoever may read the list.
 * @param {Subject} subject
 * @param {number} days
 * @param {AbortSignal} signal
 */
function issuesAsFile({ name, filter }, days, signal) {
  const created_from = startOfDay(today(Date.now() - (days - 1) * DAY));
  return csvButton(
    `${name}, ${days} days`,
    (page) => get("/v1/issues", {}, { ...page, ...filter, created_from }, signal),
    () => ({}),
  );
}

/**
 * @param {string} path
 * @param {Filter} filter
 * @param {number} total
 */
const allLink = (path, filter, total) =>
  total
    ? link(
        withQuery(path, Object.fromEntries(Object.entries(filter).map(([name, [value]]) => [name, value]))),
        `All ${number(total)}`,
      )
    : null;

/**
 * @param {Node} content
 * @param {Content} beside
 */
const withMore = (content, beside) =>
  h("div", {}, content, beside ? h("p", { class: "more" }, beside) : null);

/** @param {Model<"Pattern">[]} rows */
function patternsTable(rows) {
  /** @type {Column<Model<"Pattern">>[]} */
  const columns = [
    { title: "Pattern", className: "wide", cell: (row) => patternLink(row.id, row.name) },
    { isClear: true, title: "Status", cell: (row) => statusOf(row) },
    { title: "Times", numeric: true, cell: (row) => number(row.occurrence_count) },
    { title: "Last", cell: (row) => h("span", { title: exact(row.last_seen_at) }, ago(row.last_seen_at)) },
    { title: "Assigned to", cell: (row) => row.assignee?.name ?? "–" },
  ];
  return table("Patterns, the riskiest first", columns, rows, { className: "stacked" });
}

/** @param {Shown} subject */
async function fixesPart({ filter, signal }) {
  const { data, page } = await get("/v1/recommendations", {}, { ...filter, limit: DUE }, signal);
  const rows = data.length ? recommendationsTable(data) : empty("Nothing is recommended for it.");
  return withMore(rows, allLink("/recommendations", filter, page.total));
}

/** @param {Shown} subject */
async function duePart({ filter, signal, window }) {
  const query = { ...filter, window_days: window, limit: DUE };
  const { data, page } = await get("/v1/predictions", {}, query, signal);
  const rows = data.length ? predictionsTable(data) : empty("Nothing is predicted for it.");
  return withMore(rows, allLink("/predictions", filter, page.total));
}

/** @param {Model<"Summary">["endings"]} endings */
const endingsList = (endings) =>
  endings.length
    ? h(
        "ul",
        { class: "rows" },
        endings.map((ending) => endingRow(ending, patternLink(ending.pattern_id, ending.pattern_name))),
      )
    : empty("None of its issues ended in these days.");

/** @param {Model<"Summary">["experts"]} rows */
function expertsTable(rows) {
  if (!rows.length) return empty("Nobody is named who ended one of its failures in these days.");
  /** @type {Column<Model<"Summary">["experts"][number]>[]} */
  const columns = [
    { title: "Who", className: "wide", cell: (row) => row.name },
    { title: "Failures ended", numeric: true, cell: (row) => number(row.ended) },
    { title: "Notes written", numeric: true, cell: (row) => number(row.notes) },
    { title: "Last", cell: (row) => h("span", { title: exact(row.last_at) }, ago(row.last_at)) },
  ];
  return table("Who ended its failures, or wrote down how", columns, rows, { className: "stacked" });
}

/** @param {Shown} subject */
async function issuesPart({ filter, signal }) {
  const { data, page } = await get("/v1/issues", {}, { ...filter, limit: ROWS }, signal);
  /** @type {Column<Model<"IssueSummary">>[]} */
  const columns = [
    { title: "Issue", className: "wide", cell: (row) => link(`/issues/${row.id}`, row.title) },
    { isClear: true, title: "Severity", cell: (row) => Severity.labels[row.severity] },
    { title: "Status", cell: (row) => plain(row.status) },
    {
      title: "Began",
      cell: (row) => h("span", { title: exact(row.source_created_at) }, ago(row.source_created_at)),
    },
  ];
  const rows = data.length
    ? table("Its issues, newest first", columns, data, { className: "stacked" })
    : empty("It has no issue.");
  return withMore(rows, allLink("/issues", filter, page.total));
}

/** @param {Shown} subject */
async function changesPart({ filter, signal }) {
  const { data, page } = await get("/v1/changes", {}, { ...filter, limit: ROWS }, signal);
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
    : empty("No change of it is known.", link("/changes", "Record one"), ".");
  return withMore(list, allLink("/changes", filter, page.total));
}
