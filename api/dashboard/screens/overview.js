// The first screen: what to fix first, whether the last fix held, and key figures.

import { forecastChart } from "../charts/forecast_chart.js";
import { ApiError, get } from "../lib/client.js";
import { h, link, section } from "../lib/elements.js";
import { day, number, percent, pluralize } from "../lib/format.js";
import { rowsPerPage } from "../lib/listing.js";
import { empty, partSection } from "../lib/states.js";
import { OPEN_RECOMMENDATION_STATUSES } from "../lib/vocabulary.js";
import { beginning } from "./beginning.js";
import { brokenFeedsNotice, readBrokenFeeds } from "./connectors/broken_feeds.js";
import { fixesSection, latestFix, readFixes, verdictMark } from "./recommendations/fixes.js";
import {
  effortAndImpact,
  preventedInterval,
  RANKED_BY,
  recommendationsTable,
  recurrencesPrevented,
  statusMark,
} from "./recommendations/recommendations.js";
import { progressText } from "./setup.js";
import { tile, tiles } from "./tiles.js";

/** @import { Content, Model, Role, ScreenContext, Workspace } from "../types.js" */
/** @import { ClaimedFix } from "./recommendations/fixes.js" */

/** @param {ScreenContext} context */
export async function showOverview({ me, signal }) {
  const [workspace, summary, recommendations, fixes, record, feeds] = await Promise.all([
    get("/v1/workspace", {}, {}, signal),
    get("/v1/predictions/summary", {}, {}, signal),
    get(
      "/v1/recommendations",
      {},
      { limit: rowsPerPage(10, 5), status: OPEN_RECOMMENDATION_STATUSES },
      signal,
    ),
    readFixes(signal),
    get("/v1/recommendations/fixes", {}, {}, signal),
    readBrokenFeeds(me, signal),
  ]);
  const failed = [failedStages(workspace.failed_stages), brokenFeedsNotice(feeds)];
  if (!summary.patterns && !recommendations.data.length)
    return emptyOverview(failed, me.role, workspace.onboarding);
  return h(
    "div",
    { class: "screen", "data-title": "Overview" },
    h("h1", { class: "unseen" }, "Overview"),
    failed,
    h("div", { class: "answers" }, fixFirst(recommendations.data[0], summary), lastFix(fixes)),
    summaryTiles(summary),
    section(
      "What to fix, in order",
      {
        id: "ranked",
        beside: h(
          "span",
          { class: "quiet" },
          pluralize(recommendations.page.total, "open recommendation"),
          " · ",
          link("/report", "Weekly report"),
        ),
      },
      recommendations.data.length ? h("p", { class: "quiet" }, RANKED_BY) : null,
      recommendationsTable(recommendations.data),
      recommendations.page.has_more
        ? h(
            "p",
            { class: "more" },
            link("/recommendations", `All ${number(recommendations.page.total)} recommendations`),
          )
        : null,
    ),
    fixesSection(fixes, record),
    partSection("Issues forecast for the whole workspace", "the forecast", () => forecastSection(signal), {
      isBelow: true,
    }),
  );
}

/**
 * Says that the workspace could not be analyzed, and why; null: it could.
 * @param {Model<"FailedStage">[]} stages
 */
function failedStages(stages) {
  if (!stages.length) return null;
  return h(
    "div",
    { class: "failed-stages", role: "alert" },
    h("p", {}, h("strong", {}, "This workspace could not be analyzed. "), "Results may be out of date."),
    h(
      "ul",
      {},
      stages.map(({ stage, reason, failed_at }) =>
        h("li", {}, `${stage}: ${reason ?? "unknown reason"}`, failed_at ? ` (${day(failed_at)})` : ""),
      ),
    ),
  );
}

/**
 * @param {Content} failed
 * @param {Role} role
 * @param {Workspace["onboarding"]} setup
 */
function emptyOverview(failed, role, setup) {
  const isSettingUp = setup.current_step !== "done" && ["admin", "owner"].includes(role);
  return h(
    "div",
    { class: "screen" },
    h("h1", {}, "Overview"),
    failed,
    isSettingUp
      ? h("p", { class: "lead" }, `${progressText(setup)} – `, link("/setup", "go on with the setup"))
      : null,
    beginning(role),
  );
}

/**
 * @param {Model<"Recommendation"> | undefined} first
 * @param {Model<"PredictionSummary">} summary
 */
function fixFirst(first, summary) {
  if (!first && !summary.predicted)
    return answer(
      "Fix first",
      h(
        "p",
        { class: "answer-text" },
        "Nothing is ranked yet: the patterns are found, the first analysis is still under way.",
      ),
      h("p", { class: "quiet" }, "Predictions and recommendations appear here when it ends."),
    );
  if (!first)
    return answer(
      "Fix first",
      h("p", { class: "answer-text" }, "Nothing is open. Every recommendation is implemented or dismissed."),
    );
  return answer(
    "Fix first",
    h("p", { class: "answer-text" }, link(`/recommendations/${first.id}`, first.title)),
    h(
      "p",
      { class: "answer-figure" },
      h("strong", {}, recurrencesPrevented(first)),
      ` recurrences prevented in 90 days on average`,
    ),
    h(
      "p",
      { class: "quiet" },
      `80 % interval ${preventedInterval(first)} · `,
      effortAndImpact(first),
      " · ",
      statusMark(first.status),
    ),
    h("p", { class: "quiet two-lines" }, first.rationale),
  );
}

/** @param {ClaimedFix[]} fixes */
function lastFix(fixes) {
  const fix = latestFix(fixes);
  if (!fix) {
    return answer(
      "Did the last fix hold?",
      h("p", { class: "answer-text" }, "No fix has been claimed yet."),
      h(
        "p",
        { class: "quiet" },
        "Set a recommendation to implemented, and this compares the recurrences before and after it.",
      ),
    );
  }
  const { proof, recommendation } = fix;
  return answer(
    "Did the last fix hold?",
    h(
      "p",
      { class: "answer-text" },
      verdictMark(proof?.verdict),
      " ",
      link(`/recommendations/${recommendation.id}`, recommendation.title),
    ),
    proof
      ? h(
          "p",
          { class: "answer-figure" },
          h("strong", {}, `${number(proof.events_before)} → ${number(proof.events_after)}`),
          ` days with a failure: of ${number(proof.days_before, 0)} before, of ${number(proof.days_after, 0)} after`,
        )
      : null,
    h(
      "p",
      { class: "quiet" },
      `Fixed ${day(fix.fixed_at)}. `,
      proof?.text ?? "It is evaluated in the next run.",
    ),
  );
}

/**
 * @param {string} question
 * @param {...Content} children
 */
function answer(question, ...children) {
  return h("section", { class: "answer" }, h("h2", { class: "question" }, question), children);
}

/** @param {Model<"PredictionSummary">} summary */
function summaryTiles(summary) {
  const graded = summary.hits + summary.misses + summary.prevented;
  return tiles(
    tile(
      "Open patterns",
      number(summary.patterns),
      summary.without_prediction
        ? `${number(summary.without_prediction)} with too little history`
        : "each with enough history",
      "/patterns",
    ),
    tile(
      "Likely to recur",
      number(summary.high_risk),
      `at ${percent(summary.alert_probability_threshold)} or more in ${summary.window_days} days`,
      "/predictions",
    ),
    tile(
      "Of these critical",
      number(summary.critical),
      `of ${pluralize(summary.predicted, "prediction")}`,
      "/predictions",
    ),
    tile(
      "Patterns that will recur",
      `about ${number(summary.expected_recurrences, 0)}`,
      `in ${summary.window_days} days, of ${number(summary.predicted)}`,
    ),
    tile("Issues expected", `about ${number(summary.expected_issues, 0)}`, `in ${summary.window_days} days`),
    tile(
      "Predictions that came true",
      graded ? `${number(summary.hits)} / ${number(graded)}` : "–",
      graded ? `90 days; ${number(summary.prevented)} prevented by fixes` : "no window has ended yet",
      "/predictions",
    ),
  );
}

/** @param {AbortSignal} signal */
async function forecastSection(signal) {
  try {
    return forecastChart(
      "Issues a day in the workspace",
      await get("/v1/predictions/forecast", {}, {}, signal),
    );
  } catch (error) {
    if (error instanceof ApiError && error.status === 404)
      return empty("No forecast yet: it is computed in the next run.");
    throw error;
  }
}
