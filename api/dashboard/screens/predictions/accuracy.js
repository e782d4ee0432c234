// Prediction accuracy: the reliability diagram, and the Brier score by window against simple baselines.

import { reliabilityChart } from "../../charts/reliability_chart.js";
import { get } from "../../lib/client.js";
import { h, table } from "../../lib/elements.js";
import { day, minute, number, percent, plain, pluralize } from "../../lib/format.js";
import { empty } from "../../lib/states.js";

/** @import { Column, Model } from "../../types.js" */

/** @param {AbortSignal} signal */
export async function accuracySection(signal) {
  const accuracy = await get("/v1/predictions/accuracy", {}, {}, signal);
  return h(
    "div",
    {},
    accuracy.graded ? issued(accuracy) : noneGraded(accuracy),
    backtested(accuracy.backtest, accuracy.graded),
  );
}

/** @param {Model<"Accuracy">} accuracy */
function noneGraded(accuracy) {
  return empty(
    "No window has ended yet, so no prediction has been graded.",
    accuracy.next_closes_at
      ? `The first of ${pluralize(accuracy.open, "prediction")} is graded after ${minute(accuracy.next_closes_at)}.`
      : "There are no predictions yet.",
  );
}

/** @param {Model<"Accuracy">} accuracy */
function issued(accuracy) {
  return [
    h(
      "p",
      {},
      `${pluralize(accuracy.graded, "prediction")} graded: ${number(accuracy.hits)} came true, `,
      `${number(accuracy.misses)} did not, ${number(accuracy.prevented)} were prevented by a fix (counted, not scored).`,
      accuracy.overruled ? ` People overruled ${pluralize(accuracy.overruled, "grade")}.` : "",
    ),
    accuracy.reliability.length ? reliabilityChart(accuracy.reliability) : null,
    accuracy.scores.length ? scoresTable("Brier score by window; lower is better", accuracy.scores) : null,
  ];
}

/**
 * What would have been predicted on the past: open while nothing is graded, folded up beside real grades.
 * @param {Model<"Accuracy">["backtest"]} backtest
 * @param {number} graded
 */
function backtested(backtest, graded) {
  if (!backtest) return null;
  return h(
    "details",
    { class: "backtest", open: !graded },
    h(
      "summary",
      {},
      "How accurate it would have been on your history ",
      h("span", { class: "mark-word" }, "backtested"),
    ),
    h(
      "p",
      {},
      `${pluralize(backtest.predictions, "simulated prediction")} for ${pluralize(backtest.patterns, "pattern")}, `,
      `made as of ${day(backtest.first_origin)} to ${day(backtest.last_origin)} from what was known then: `,
      `${number(backtest.hits)} came true. None was issued at the time; they are not counted among graded predictions.`,
    ),
    reliabilityChart(backtest.reliability, "Reliability diagram, backtested"),
    h(
      "details",
      { class: "data-table" },
      h("summary", {}, "Brier score by window"),
      scoresTable("Brier score by window, backtested; lower is better", backtest.scores),
    ),
  );
}

const DISPLAYED = "mixture";
const REFERENCE = "recency_frequency";
/** @type {Record<string, string>} */
const TITLES = { [DISPLAYED]: "Causeloop", [REFERENCE]: "reference" };

/**
 * The scores of what is shown beside those of a simple reference; every base model is folded up.
 * @param {string} caption
 * @param {Model<"ModelScores">[]} scores
 */
function scoresTable(caption, scores) {
  const first = scores.filter((row) => row.model === DISPLAYED || row.model === REFERENCE);
  if (!first.length || first.length === scores.length) return scoresOf(caption, scores);
  return h(
    "div",
    {},
    scoresOf(caption, first),
    h(
      "details",
      { class: "data-table" },
      h("summary", {}, "Every base model"),
      modelsTable(`${caption}, every base model`, scores),
    ),
  );
}

/**
 * @param {string} caption
 * @param {Model<"ModelScores">[]} scores
 */
function scoresOf(caption, scores) {
  return h(
    "div",
    {},
    modelsTable(caption, scores),
    h(
      "p",
      { class: "quiet" },
      "Causeloop: the base models together. Reference: recency and frequency alone. ",
      "Brier: the mean squared error of the probabilities, lower is better. ",
      "Skill: how much lower than that of always predicting the base rate. ",
      "ECE (expected calibration error): the mean distance between predicted and observed. ",
      "ECE by chance: the ECE that perfect probabilities would show with this many predictions.",
    ),
  );
}

/**
 * @param {string} caption
 * @param {Model<"ModelScores">[]} scores
 */
function modelsTable(caption, scores) {
  const rows = [...scores].sort(
    (left, right) => left.window_days - right.window_days || left.brier - right.brier,
  );
  /** @type {Column<Model<"ModelScores">>[]} */
  const columns = [
    { title: "Window", cell: (row) => pluralize(row.window_days, "day") },
    { title: "Model", cell: (row) => TITLES[row.model] ?? plain(row.model) },
    { title: "Brier", numeric: true, cell: (row) => number(row.brier, 3) },
    { title: "Skill", numeric: true, cell: (row) => (row.skill === null ? "–" : signedPercent(row.skill)) },
    { title: "Base rate", numeric: true, cell: (row) => percent(row.base_rate) },
    { title: "ECE", numeric: true, cell: (row) => number(row.ece, 3) },
    { title: "ECE by chance", numeric: true, cell: (row) => number(row.ece_noise, 3) },
    { title: "n", numeric: true, cell: (row) => number(row.n) },
  ];
  return table(caption, columns, rows, { isCaptionVisible: true });
}

/** @param {number} share */
function signedPercent(share) {
  const rounded = Math.round(share * 100);
  return rounded ? `${rounded > 0 ? "+" : "−"}${Math.abs(rounded)} %` : "0 %";
}
