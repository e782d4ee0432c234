// One pattern: fingerprint, occurrences, forecast, predictions, issues, corrections and lineage.

import { frequencyChart, shareMark } from "../../charts/axes.js";
import { forecastChart } from "../../charts/forecast_chart.js";
import { heatMap } from "../../charts/heat_map.js";
import { ApiError, get } from "../../lib/client.js";
import { facts, h, link, section, table } from "../../lib/elements.js";
import {
  ago,
  asText,
  day,
  duration,
  number,
  percent,
  plain,
  pluralize,
  probabilityText,
} from "../../lib/format.js";
import { nameWithPills } from "../../lib/names.js";
import { share } from "../../lib/shared_read.js";
import { empty, part, partSection } from "../../lib/states.js";
import { HARDLY_RECURS_BELOW, SUGGESTION_BELOW } from "../../lib/vocabulary.js";
import { ownerText } from "../owners/owner_button.js";
import { readCitedItems } from "../postmortems/cited_items.js";
import { nextDate, rhythmText, triggerSection, windowsTable } from "../predictions/prediction_summary.js";
import { readInvestigationsOf } from "../recommendations/investigations.js";
import {
  effortAndImpact,
  recommendationsTable,
  recurrencesPrevented,
} from "../recommendations/recommendations.js";
import { closureSection } from "./corrections.js";
import { readEndings } from "./endings.js";
import { readLineage, survivorNote } from "./lineage.js";
import { membersSection } from "./members.js";
import { patternActions } from "./pattern_actions.js";
import { quietText, riskMark, statusOf } from "./patterns.js";
import { suggestionsSection } from "./suggestions.js";

/** @import { Column, Model, ScreenContext } from "../../types.js" */
/** @typedef {[name: string, value: any]} Dimension */

/** @param {ScreenContext} context */
export async function showPattern(context) {
  const { signal } = context;
  const [pattern, ofAddress] = await Promise.all([
    get("/v1/patterns/{pattern_id}", { pattern_id: context.id }, {}, signal),
    readWhatIsNext(context.id, signal),
  ]);
  const { id } = pattern;
  // The address of a merged pattern leads to its survivor, whose predictions and fixes are meant.
  const [predictions, recommendations] = id === context.id ? ofAddress : await readWhatIsNext(id, signal);
  return h(
    "article",
    { class: "screen", "data-title": pattern.name },
    h("p", { class: "trail" }, link("/patterns", "Patterns")),
    h("h1", {}, nameWithPills(pattern.name)),
    survivorNote(context, pattern),
    headline(pattern),
    answers(pattern, predictions.data, recommendations.data),
    patternActions(pattern, context),
    partSection("What ended it last time", "how it ended", () => readEndings(id, signal)),
    columns(pattern, predictions.data, context),
    recommendations.data.length > 1
      ? section("All recommendations", {}, recommendationsTable(recommendations.data))
      : null,
    partSection("From post-mortems", "what post-mortems say", () => readCitedItems([id], signal), {
      isBelow: true,
    }),
    partSection(
      "Find out",
      "what to find out",
      () => readInvestigationsOf(id, context.me.role !== "viewer", context.reload, signal),
      { isBelow: true },
    ),
    membersSection(pattern, context),
    suggestionsSection({ pattern_id: pattern.id }, context, { isBelow: true }),
    partSection("Corrections and lineage", "its lineage", () => readLineage(pattern, context), {
      isBelow: true,
    }),
  );
}

/**
 * The predictions of a pattern, and the recommendations for it.
 * @param {string} id
 * @param {AbortSignal} signal
 */
const readWhatIsNext = (id, signal) =>
  Promise.all([
    get("/v1/predictions", {}, { pattern_id: id, limit: 10 }, signal),
    get("/v1/recommendations", {}, { pattern_id: id, limit: 5 }, signal),
  ]);

/** @param {Model<"Prediction"> | undefined} prediction */
function hardlyRecurs(prediction) {
  if (!prediction || prediction.probability === null) return false;
  return prediction.probability < HARDLY_RECURS_BELOW[prediction.window_days];
}

/**
 * Why nothing is recommended.
 * @param {Model<"PatternDetail">} pattern
 * @param {Model<"Prediction"> | undefined} prediction
 */
function whyNothing(pattern, prediction) {
  if (pattern.confidence < SUGGESTION_BELOW) return "First say below whether its issues are one problem.";
  if (hardlyRecurs(prediction)) return "Leave it: it will hardly come back.";
  if (prediction?.probability === null) return "Nothing yet: too little history.";
  return "It is not known what to do.";
}

/**
 * What a reader asks first: when it comes back, and what to do.
 * @param {Model<"PatternDetail">} pattern
 * @param {Model<"Prediction">[]} predictions
 * @param {Model<"Recommendation">[]} recommendations
 */
function answers(pattern, predictions, recommendations) {
  const next = predictions.find((row) => row.is_headline) ?? predictions[0];
  const [first] = recommendations;
  return h(
    "div",
    { class: "answers" },
    h(
      "section",
      { class: "answer" },
      h("h2", { class: "question" }, "When does it come back?"),
      next && next.probability !== null
        ? [
            h(
              "p",
              { class: "answer-figure" },
              h("strong", {}, probabilityText(next.probability)),
              ` within ${pluralize(next.window_days, "day")}`,
            ),
            h(
              "p",
              { class: "quiet" },
              next.next_date_median ? ["Next expected ", nextDate(next)] : "No date stands out.",
            ),
            next.rhythm ? h("p", { class: "quiet" }, rhythmText(next.rhythm)) : null,
          ]
        : h("p", { class: "answer-text" }, next ? `Not known: ${plain(next.reason)}.` : "Not predicted yet."),
    ),
    h(
      "section",
      { class: "answer" },
      h("h2", { class: "question" }, "What to do?"),
      first
        ? [
            h("p", { class: "answer-text" }, link(`/recommendations/${first.id}`, first.title)),
            h(
              "p",
              { class: "quiet" },
              `Prevents ${recurrencesPrevented(first)} recurrences in 90 days · `,
              effortAndImpact(first),
            ),
          ]
        : h("p", { class: "answer-text" }, whyNothing(pattern, next)),
    ),
  );
}

/**
 * @param {Model<"PatternDetail">} pattern
 * @param {Model<"Prediction">[]} predictions
 * @param {ScreenContext} context
 */
function columns(pattern, predictions, context) {
  const { signal } = context;
  const forecast = part("the forecast", () => forecastSection(pattern, signal));
  const readShared = share(() => readHistory(pattern, signal));
  return h(
    "div",
    { class: "columns" },
    h(
      "div",
      {},
      partSection("Occurrences", "its history", async () => {
        const { frequency } = await readShared();
        return frequencyChart(`Occurrences of this pattern by ${frequency.bucket}`, frequency);
      }),
      section("Forecast", {}, forecast, windowsTable(predictions)),
      triggerSection(predictions),
    ),
    h(
      "div",
      {},
      fingerprintSection(pattern),
      partSection("Typical times", "typical times", async () => {
        const { days, frequency } = await readShared();
        return frequency.times.length
          ? heatMap(frequency.times, days)
          : empty(`It did not occur in the last ${days} days.`);
      }),
      closureSection(pattern, context),
    ),
  );
}

/** @param {string | null} instant */
const isFuture = (instant) => instant && new Date(instant) > new Date();

/** @param {Model<"PatternDetail">} pattern */
function headline(pattern) {
  return h(
    "div",
    { class: "under-title" },
    facts([
      ["Risk", riskMark(pattern.risk_score)],
      ["Status", statusOf(pattern)],
      ["Silent", pattern.quiet ? quietText(pattern.quiet) : null],
      ["Confidence", probabilityText(pattern.confidence)],
      ["Issues", number(pattern.issue_count)],
      ["Occurrences", number(pattern.occurrence_count)],
      ["First seen", day(pattern.first_seen_at)],
      ["Last seen", ago(pattern.last_seen_at)],
      ["Median time to resolve", pattern.mttr_seconds === null ? null : duration(pattern.mttr_seconds)],
      ["Owner", ownerText(pattern.owner)],
      ["Assigned to", pattern.assignee?.name],
      ["Alerts snoozed until", isFuture(pattern.snoozed_until) ? day(pattern.snoozed_until) : null],
      ["Reopened", pattern.reopened_at ? day(pattern.reopened_at) : null],
      [
        "Cluster",
        pattern.cluster_id ? link(`/clusters?cluster=${pattern.cluster_id}`, "View cluster") : null,
      ],
    ]),
  );
}

/** @param {Model<"PatternDetail">} pattern */
function fingerprintSection(pattern) {
  const rows = Object.entries(pattern.fingerprint);
  /** @param {Dimension} options */
  const share = ([, dimension]) => dimension?.share;
  /** @type {Column<Dimension>[]} */
  const columns = [
    { title: "Dimension", cell: ([name]) => plain(name) },
    {
      title: "Shared value",
      className: "wide",
      cell: ([, dimension]) => asText(dimension?.value ?? dimension),
    },
    {
      title: "Share",
      cell: (row) =>
        typeof share(row) === "number"
          ? h("span", { class: "with-mark" }, shareMark(share(row)), percent(share(row)))
          : "–",
    },
  ];
  const content = rows.length
    ? table("Fingerprint: dimensions that the issues share", columns, rows)
    : empty("Its issues share no dimension.");
  return section("Fingerprint", {}, content);
}

/**
 * How often it occurred in up to a year.
 * @param {Model<"PatternDetail">} pattern
 * @param {AbortSignal} signal
 */
async function readHistory(pattern, signal) {
  const age = Math.ceil((Date.now() - Date.parse(pattern.first_seen_at)) / 86_400_000);
  const days = Math.min(365, Math.max(90, age));
  const bucket = days > 120 ? "week" : "day";
  const path = { pattern_id: pattern.id };
  return {
    days,
    frequency: await get("/v1/patterns/{pattern_id}/frequency", path, { bucket, days }, signal),
  };
}

/**
 * @param {Model<"PatternDetail">} pattern
 * @param {AbortSignal} signal
 */
async function forecastSection(pattern, signal) {
  try {
    return forecastChart(
      "Occurrences a day of this pattern",
      await get("/v1/predictions/forecast", {}, { pattern_id: pattern.id }, signal),
    );
  } catch (error) {
    if (error instanceof ApiError && error.status === 404)
      return empty(
        "No daily forecast for this pattern: too few occurrences.",
        "See the probability for each window below.",
      );
    throw error;
  }
}
