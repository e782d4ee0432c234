// Patterns by risk, each with a sparkline of its recent occurrences.

import { sparkline } from "../../charts/axes.js";
import { get, isAborted, messageOf } from "../../lib/client.js";
import { h, link, table } from "../../lib/elements.js";
import { ago, band, exact, number, pluralize, probabilityText } from "../../lib/format.js";
import { listing, selectColumn } from "../../lib/listing.js";
import { patternLink, teamLink } from "../../lib/names.js";
import { isAtLeast } from "../../lib/roles.js";
import { savedViews } from "../../lib/saved_views.js";
import { capitalize } from "../../lib/sentences.js";
import { empty } from "../../lib/states.js";
import { ISSUE_FACETS } from "../../lib/vocabulary.js";
import { assigneeCell, BY_ASSIGNEE } from "../assignees.js";
import { FIELDS, STATES } from "./filters.js";
import { patternActs } from "./row_acts.js";
import { suggestionsSection } from "./suggestions.js";

/** @import { Column, Model, RowGroups, RowSelection, ScreenContext } from "../../types.js" */

const WEEKS = 26;
const MAX_CONCURRENT = 3;

/** @typedef {Model<"Pattern">} Pattern */

/** @type {RowGroups<Pattern>} */
const GROUPS = {
  service: { label: "service", of: (row) => sharedValue(row, "service") ?? "Several services, or none" },
  owner: { label: "owner", of: ({ owner }) => owner?.name ?? "Owned by nobody" },
  assignee: BY_ASSIGNEE,
  status: { label: "status", of: (row) => capitalize(row.quiet ? "quiet" : row.status) },
};

/** @param {ScreenContext} context */
export async function showPatterns(context) {
  const { filters: query, me, signal } = context;
  const sparks = new Sparks(signal);
  return h(
    "div",
    { class: "screen", "data-title": "Patterns" },
    h("h1", {}, "Patterns"),
    h("p", { class: "lead" }, "Issues that share one root cause, the riskiest first."),
    await Promise.all([
      savedViews("patterns", signal),
      listing({
        path: "/patterns",
        fields: FIELDS,
        is: STATES,
        query,
        noun: "pattern",
        read: (filters) => get("/v1/patterns", {}, filters, signal),
        draw: (rows, selection, groupOf) => patternsTable(rows, sparks, selection, groupOf),
        acts: isAtLeast(me, "analyst") ? patternActs(me) : [],
        groups: GROUPS,
        none: (isFiltered) =>
          isFiltered
            ? empty("No pattern matches these filters.", "Widen or clear them.")
            : empty(
                "No patterns yet: they appear a few minutes after the first issues.",
                link("/connectors", "See whether a connector has synced"),
                ".",
              ),
      }),
    ]),
    suggestionsSection({}, context),
  );
}

/**
 * @param {Pattern[]} rows
 * @param {Sparks} sparks
 * @param {RowSelection<Pattern> | null} selection
 * @param {((row: Pattern) => string) | null} groupOf
 */
function patternsTable(rows, sparks, selection, groupOf) {
  /** @type {Column<Pattern>[]} */
  const columns = [
    { title: "Risk", numeric: true, cell: (row) => riskMark(row.risk_score) },
    {
      title: "Pattern",
      className: "wide",
      cell: (row) => [patternLink(row.id, row.name), h("span", { class: "below" }, dimensions(row))],
    },
    { isMinor: true, isClear: true, title: `${WEEKS} weeks`, cell: (row) => sparks.of(row) },
    { title: "Issues", numeric: true, cell: (row) => number(row.issue_count) },
    {
      title: "Last seen",
      cell: (row) => h("span", { title: exact(row.last_seen_at) }, ago(row.last_seen_at)),
    },
    { isMinor: true, title: "Confidence", numeric: true, cell: (row) => probabilityText(row.confidence) },
    { isClear: true, title: "Status", cell: (row) => statusOf(row) },
    { title: "Owner", cell: (row) => teamLink(row.owner?.name) },
    { title: "Assigned to", cell: (row) => assigneeCell(row, row.name, selection) },
  ];
  if (selection) columns.unshift(selectColumn(selection, ({ name }) => name));
  return table("Patterns", columns, rows, { className: "stacked", groupOf });
}

/**
 * A risk score with its band, as text and colour.
 * @param {number | null | undefined} score
 */
export function riskMark(score) {
  if (score === null || score === undefined) return h("span", { class: "quiet" }, "–");
  return h(
    "span",
    { class: `risk risk-${band(score)}`, title: `${band(score)} risk` },
    h("strong", {}, number(Math.floor(score))),
    h("span", { class: "unseen" }, ` ${band(score)}`),
  );
}

/**
 * The status in a word; an open pattern that is silent far beyond its rhythm is quiet.
 * @param {Pick<Model<"Pattern">, "status" | "quiet">} options
 */
export const statusOf = ({ status, quiet }) =>
  h(
    "span",
    { class: `mark-word status-${quiet ? "quiet" : status}`, title: quiet ? quietText(quiet) : null },
    quiet ? "quiet" : status,
  );

/**
 * “for 77 days; its gaps are usually at most 3 days”.
 * @param {Model<"Quiet">} quiet
 */
export const quietText = ({ silent_days: silent, typical_gap_days: gap }) =>
  `for ${pluralize(silent, "day")}; nine of ten of its gaps are at most ${pluralize(Math.ceil(gap), "day")}`;

/**
 * The value that all its issues share in a field.
 * @param {Pattern} row
 * @param {string} name
 */
const sharedValue = ({ fingerprint }, name) =>
  /** @type {{ value?: string } | undefined} */ (fingerprint[name])?.value;

/** @param {Pattern} row */
function dimensions(row) {
  const values = ISSUE_FACETS.map(({ name }) => sharedValue(row, name)).filter(Boolean);
  return values.slice(0, 3).join(" · ");
}

/** Sparklines that load a few at a time when their rows become visible, because plans limit requests. */
class Sparks {
  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.signal = signal;
    /** @type {HTMLElement[]} */
    this.queue = [];
    this.busy = 0;
    /** @type {Map<string, Model<"Frequency">>} */
    this.loaded = new Map();
    this.observer = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) this.enqueue(/** @type {HTMLElement} */ (target));
      }
    });
  }

  /** @param {{ id: string }} row */
  of(row) {
    const element = h("span", { class: "spark-place", "data-id": row.id });
    const frequency = this.loaded.get(row.id);
    if (frequency) element.append(this.draw(frequency));
    else this.observer.observe(element);
    return element;
  }

  /** @param {HTMLElement} element */
  enqueue(element) {
    this.observer.unobserve(element);
    this.queue.push(element);
    while (this.busy < MAX_CONCURRENT && this.queue.length) this.next();
  }

  async next() {
    const element = this.queue.shift();
    if (!element) return;
    const id = element.dataset.id ?? "";
    this.busy += 1;
    try {
      const range = { bucket: "week", days: WEEKS * 7 };
      const frequency = await get(
        "/v1/patterns/{pattern_id}/frequency",
        { pattern_id: id },
        range,
        this.signal,
      );
      this.loaded.set(id, frequency);
      element.replaceChildren(this.draw(frequency));
    } catch (error) {
      if (!isAborted(error))
        element.replaceChildren(h("span", { class: "quiet", title: messageOf(error) }, "not loaded"));
    } finally {
      this.busy -= 1;
      if (this.queue.length && !this.signal.aborted) this.next();
    }
  }

  /** @param {Model<"Frequency">} frequency */
  draw(frequency) {
    const counts = frequency.data.slice(-WEEKS).map((bucket) => bucket.count);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return sparkline(counts, `${pluralize(total, "issue")} in ${counts.length} weeks`);
  }
}
