// The weekly report: one week on a page, to read, to print, and by e-mail every Monday.

import { get, put } from "../lib/client.js";
import { daysFrom } from "../lib/day_ranges.js";
import { h, link, section, table } from "../lib/elements.js";
import { dayOf, minute, number, pluralize, probabilityText, today } from "../lib/format.js";
import { patternLink, teamLink } from "../lib/names.js";
import { action, empty, part } from "../lib/states.js";
import { Verdict } from "../lib/vocabulary.js";
import { printButton } from "./print_button.js";
import { recurrencesPrevented } from "./recommendations/recommendations.js";

/** @import { Column, Content, Model, ScreenContext } from "../types.js" */
/** @typedef {Model<"WeeklyReport">} Report */

/** @param {ScreenContext} context */
export async function showReport({ me, query, signal, reload }) {
  const report = await get("/v1/reports/weekly", {}, { week: query.week }, signal);
  const period = daysFrom(report.first_day, report.last_day);
  return h(
    "article",
    { class: "screen", "data-title": `Week of ${period}` },
    h("p", { class: "trail" }, link("/", "Overview"), " / weekly report"),
    h("h1", {}, `${report.workspace}: week of ${period}`),
    h("p", { class: "under-title" }, totalsText(report)),
    isPast(addDays(report.last_day, 1))
      ? null
      : h("p", { class: "quiet" }, "This week is not over: what is counted is less than a whole week."),
    h(
      "div",
      { class: "actions" },
      link(`/report?week=${addDays(report.first_day, -7)}`, "Week before", { class: "button" }),
      report.last_day < today()
        ? link(`/report?week=${addDays(report.first_day, 7)}`, "Week after", { class: "button" })
        : null,
      printButton(),
      me.kind === "user" ? part("whether you get it by e-mail", () => emailButton(reload)) : null,
    ),
    section("What failed most", {}, patternsTable(report)),
    section("Resolved or reopened", {}, movedList(report.moved)),
    section("Fixes that were judged", {}, fixesList(report.fixes)),
    section(`Likely within ${report.window_days} days`, {}, likelyList(report)),
    isOfThen(report) ? section("What to fix first", {}, recommendationsList(report.recommendations)) : null,
    h("p", { class: "quiet more" }, writtenText(report)),
  );
}

/**
 * Whether what was to be fixed then is part of it.
 * @param {Report} report
 */
const isOfThen = ({ written_at, last_day }) => written_at !== null || addDays(last_day, 7) >= today();

/** @param {Report} report */
function writtenText(report) {
  if (report.written_at) return `Written ${minute(report.written_at)}; it no longer changes.`;
  return isOfThen(report)
    ? "Not written yet: it still changes."
    : "This week was not written when it ended: what was to be fixed then is not known.";
}

/**
 * @param {string} date
 * @param {number} days
 */
const addDays = (date, days) =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/**
 * Whether a day has begun.
 * @param {string} date
 */
const isPast = (date) => date <= today();

/** @param {Report} options */
function totalsText({
  occurrences,
  occurrences_before: before,
  issues,
  new_patterns: fresh,
  graded,
  timezone,
}) {
  const count = graded.hits + graded.misses + graded.prevented;
  const grades = count
    ? `${pluralize(count, "prediction")} graded: ${number(graded.hits)} came true, ${number(graded.misses)} did not, ${number(graded.prevented)} prevented by a fix`
    : "no prediction graded";
  return `${pluralize(occurrences, "occurrence")} (the week before: ${number(before)}) of ${pluralize(issues, "issue")} · ${pluralize(fresh, "new pattern")} · ${grades} · days in ${timezone}`;
}

/** @param {() => void} reload */
async function emailButton(reload) {
  const { by_email: isOn } = await get("/v1/me/weekly-report", {});
  const set = () => put("/v1/me/weekly-report", {}, { by_email: !isOn }).then(reload);
  return isOn
    ? action("Stop the e-mails", set, { done: "You no longer get the report by e-mail." })
    : action("Get it by e-mail", set, { done: "You get the report every Monday." });
}

/** @param {Report} options */
function patternsTable({ patterns }) {
  if (!patterns.length) return empty("No pattern occurred in this week.");
  /** @type {Column<Model<"ReportedPattern">>[]} */
  const columns = [
    {
      title: "Pattern",
      className: "wide",
      cell: (row) => [
        patternLink(row.id, row.name),
        row.is_new ? h("span", { class: "below" }, "new") : null,
      ],
    },
    { title: "Whom to tell", cell: (row) => teamLink(row.owner) },
    { title: "Issues", numeric: true, cell: (row) => number(row.occurrences) },
    { title: "Week before", numeric: true, cell: (row) => number(row.occurrences_before) },
  ];
  return table("Patterns with the most occurrences in this week", columns, patterns, {
    className: "stacked",
  });
}

/**
 * @template Item
 * @param {Item[]} items
 * @param {string} none
 * @param {(item: Item) => Content} line
 */
const rows = (items, none, line) =>
  items.length
    ? h(
        "ul",
        { class: "rows" },
        items.map((item) => h("li", {}, line(item))),
      )
    : empty(none);

/** @param {Report["moved"]} items */
const movedList = (items) =>
  rows(items, "No pattern was resolved or reopened.", (row) => [
    patternLink(row.id, row.name),
    ` was ${row.kind}`,
  ]);

/** @param {Report["fixes"]} items */
const fixesList = (items) =>
  rows(items, "No fix was judged.", (row) => [
    link(row.postmortem_id ? `/postmortems/${row.postmortem_id}` : `/recommendations/${row.id}`, row.title),
    h("span", { class: "below" }, `${Verdict.labels[row.verdict]}: ${row.text}`),
  ]);

/** @param {Report} options */
const likelyList = ({ likely, window_days: days }) =>
  rows(likely, `No pattern is likely to recur within ${days} days.`, (row) => [
    h("strong", {}, probabilityText(row.probability)),
    " ",
    patternLink(row.id, row.name),
    below(row.next_on ? `Next expected ${dayOf(row.next_on, true)}` : null, row.owner),
  ]);

/** @param {Report["recommendations"]} items */
const recommendationsList = (items) =>
  rows(items, "Nothing is open.", (row) => [
    `${number(row.rank)}. `,
    link(`/recommendations/${row.id}`, row.title),
    below(`Prevents ${recurrencesPrevented(row)} recurrences in 90 days on average`, row.owner),
  ]);

/**
 * What stands below a line, with whom to tell.
 * @param {string | null} text
 * @param {string | null} owner
 */
function below(text, owner) {
  const parts = [text, owner ? `${text ? "tell" : "Tell"} ${owner}` : null].filter(Boolean);
  return parts.length ? h("span", { class: "below" }, parts.join(" · ")) : null;
}
