// One recommendation: the reasons, the plan, its progress and notes, the proof and the ticket.

import { intervalMark } from "../../charts/axes.js";
import { get, patch, put } from "../../lib/client.js";
import { h, link, section, table } from "../../lib/elements.js";
import { ago, minute, plain, pluralize, timeZone, today } from "../../lib/format.js";
import { choicesOf, listing } from "../../lib/listing.js";
import { nameWithPills, patternLink } from "../../lib/names.js";
import { action, empty, notice, partSection } from "../../lib/states.js";
import { undoNotice } from "../../lib/undo.js";
import { RecommendationStatus } from "../../lib/vocabulary.js";
import { assignButton } from "../assign_button.js";
import { ownerButton, ownerText } from "../owners/owner_button.js";
import { readCitedItems } from "../postmortems/cited_items.js";
import { expectationsSection } from "./expectations.js";
import { proofSection } from "./fixes.js";
import { planSection } from "./plan.js";
import { effortAndImpact, preventedInterval, recurrencesPrevented, statusMark } from "./recommendations.js";
import { ticketSection } from "./ticket.js";

/** @import { Column, Me, Model, ScreenContext } from "../../types.js" */
/** @typedef {Model<"RecommendationDetail">} Recommendation */

/** @param {ScreenContext} context */
export async function showRecommendation({ id, me, signal, reload }) {
  const recommendation = await get(
    "/v1/recommendations/{recommendation_id}",
    { recommendation_id: id },
    {},
    signal,
  );
  const canWrite = me.role !== "viewer";
  return h(
    "article",
    { class: "screen", "data-title": recommendation.title },
    h(
      "p",
      { class: "trail" },
      link("/recommendations", "Recommendations"),
      " / ",
      recommendation.rank ? `#${recommendation.rank}` : plain(recommendation.status),
    ),
    h("h1", {}, nameWithPills(recommendation.title)),
    h(
      "p",
      { class: "under-title" },
      statusMark(recommendation.status),
      " · ",
      effortAndImpact(recommendation),
      recommendation.owner ? [" · owned by ", ownerText(recommendation.owner)] : null,
      ` · computed ${ago(recommendation.computed_at)}`,
    ),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        {},
        whySection(recommendation),
        recommendation.steps.length ? planSection(recommendation, canWrite, reload, signal) : null,
        notesSection(recommendation, canWrite, reload),
        partSection("From post-mortems", "what post-mortems say", () =>
          readCitedItems(recommendation.pattern_ids, signal),
        ),
      ),
      h(
        "div",
        {},
        canWrite ? statusSection(recommendation, me, reload) : null,
        patternsSection(recommendation, signal),
        proofSection(recommendation, canWrite, reload),
        expectationsSection(recommendation, canWrite, reload, signal),
        ticketSection(recommendation, canWrite, reload, signal),
      ),
    ),
  );
}

/** @param {Recommendation} recommendation */
function whySection(recommendation) {
  return section(
    "Why",
    {},
    h(
      "p",
      { class: "answer-figure" },
      h("strong", {}, recurrencesPrevented(recommendation)),
      " recurrences prevented in 90 days on average ",
      intervalMark(
        recommendation.expected_low,
        recommendation.expected_loops_prevented,
        recommendation.expected_high,
        Math.max(0.1, recommendation.expected_high),
      ),
      h(
        "span",
        { class: "quiet" },
        ` Four of five such fixes prevent ${preventedInterval(recommendation)}: one that does not hold prevents nothing.`,
      ),
    ),
    recommendation.factors.length ? factorsTable(recommendation.factors) : null,
    h("p", { class: "prose" }, recommendation.rationale),
  );
}

/** @param {Recommendation["factors"]} factors */
function factorsTable(factors) {
  /** @type {Column<Recommendation["factors"][number]>[]} */
  const columns = [
    { title: "Factor", className: "wide", cell: ({ name }) => name },
    { title: "Value", cell: ({ text }) => text },
    { title: "Source", className: "wide", cell: ({ source }) => source },
  ];
  return table("Where the number comes from", columns, factors, { className: "stacked" });
}

/**
 * @param {Recommendation} recommendation
 * @param {Me} me
 * @param {() => void} reload
 */
function statusSection(recommendation, me, reload) {
  const select = h(
    "select",
    { id: "status" },
    choicesOf(RecommendationStatus).map(([value, label]) =>
      h("option", { value, selected: value === recommendation.status }, label),
    ),
  );
  const date = h("input", { id: "fixed-at", type: "date", max: today() });
  const when = h(
    "div",
    { class: "field", hidden: true },
    h("label", { for: "fixed-at" }, "In effect since"),
    date,
    h(
      "p",
      { class: "help" },
      `Empty: now. The proof compares before and after the start of this day (${timeZone()}).`,
    ),
  );
  const version = h("input", { id: "fixed-in", type: "text", maxlength: 200 });
  const which = h(
    "div",
    { class: "field", hidden: true },
    h("label", { for: "fixed-in" }, "In version"),
    version,
    h("p", { class: "help" }, "If you know it: what recurs in an earlier version does not count."),
  );
  const reason = h("input", { id: "dismissal", type: "text", maxlength: 5000 });
  const why = h(
    "div",
    { class: "field", hidden: true },
    h("label", { for: "dismissal" }, "Why it is dismissed"),
    reason,
  );
  select.addEventListener("change", () => {
    when.hidden = select.value !== "implemented" || recommendation.status === "implemented";
    which.hidden = when.hidden;
    why.hidden = select.value !== "dismissed" || recommendation.status === "dismissed";
  });
  const save = async () => {
    /** @type {Model<"Progress">} */
    const body = { status: /** @type {Recommendation["status"]} */ (select.value) };
    if (!when.hidden && date.value) body.fixed_on = date.value;
    if (!which.hidden && version.value.trim()) body.fixed_in = version.value.trim();
    if (!why.hidden && reason.value.trim()) body.note = `Dismissed: ${reason.value.trim()}`;
    const path = { recommendation_id: recommendation.id };
    await patch("/v1/recommendations/{recommendation_id}", path, body);
    reload();
    if (select.value === recommendation.status) return notice("The status is saved.");
    const undo = () =>
      patch("/v1/recommendations/{recommendation_id}", path, formerProgress(recommendation)).then(reload);
    undoNotice("The status is saved.", undo, "The former status is back.");
  };
  /** @param {string | null} user_id */
  const assign = (user_id) =>
    put(
      "/v1/recommendations/{recommendation_id}/assignee",
      { recommendation_id: recommendation.id },
      { user_id },
    ).then(reload);
  const { id: item, title, owner } = recommendation;
  const owned = { kind: /** @type {const} */ ("recommendation"), item, title, owner };
  return section(
    "Progress",
    { beside: [assignButton(recommendation.assignee, me, assign), ownerButton(owned, reload)] },
    h(
      "div",
      { class: "inline-form" },
      h("div", { class: "field" }, h("label", { for: "status" }, "Status"), select),
      when,
      which,
      why,
      action("Save", save, { className: "main" }),
    ),
  );
}

/**
 * What brings the present status back, with the claim of a fix that belongs to it.
 * @param {Recommendation} recommendation
 * @returns {Model<"Progress">}
 */
function formerProgress({ status, fixes }) {
  const claimed = fixes.find((fix) => !fix.withdrawn_at);
  if (status !== "implemented" || !claimed) return { status };
  const { fixed_at, fixed_in } = claimed;
  return { status, fixed_at, ...(fixed_in && { fixed_in }) };
}

/**
 * @param {Recommendation} recommendation
 * @param {AbortSignal} signal
 */
function patternsSection(recommendation, signal) {
  const query = { recommendation_id: recommendation.id, sort: "-issue_count", limit: PATTERNS };
  const read = () =>
    listing({
      fields: [],
      query: {},
      noun: "pattern",
      read: (filters) => get("/v1/patterns", {}, { ...query, ...filters }, signal),
      draw: (patterns) => h("ul", { class: "rows" }, patterns.map(patternRow)),
      none: () => empty("These patterns were merged into others."),
    });
  return partSection("Patterns addressed", "patterns", read);
}

const PATTERNS = 20;

/** @param {Model<"Pattern">} pattern */
const patternRow = (pattern) =>
  h(
    "li",
    {},
    patternLink(pattern.id, pattern.name),
    h(
      "span",
      { class: "quiet" },
      ` ${pluralize(pattern.issue_count, "issue")}, last ${ago(pattern.last_seen_at)}`,
    ),
  );

/**
 * @param {Recommendation} recommendation
 * @param {boolean} canWrite
 * @param {() => void} reload
 */
function notesSection(recommendation, canWrite, reload) {
  const text = h("textarea", { id: "note", rows: 2, maxlength: 5000 });
  const add = async () => {
    if (!text.value.trim()) return text.focus();
    await patch(
      "/v1/recommendations/{recommendation_id}",
      { recommendation_id: recommendation.id },
      { note: text.value },
    );
    text.value = "";
    reload();
  };
  const notes = recommendation.notes.map((note) =>
    h(
      "li",
      {},
      h("p", {}, note.note),
      h("p", { class: "quiet" }, `${note.made_by_name ?? "somebody who has left"}, ${minute(note.made_at)}`),
    ),
  );
  const write = h(
    "div",
    { class: "field" },
    h("label", { for: "note" }, "Add a note"),
    text,
    action("Add", add),
  );
  return section(
    "Notes",
    {},
    notes.length ? h("ul", { class: "rows" }, notes) : null,
    notes.length || canWrite ? null : empty("No notes."),
    canWrite ? write : null,
  );
}
