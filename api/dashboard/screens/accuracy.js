// Prediction accuracy: the reliability diagram, and the Brier score by window against simple baselines.

import { reliabilityChart } from "../charts/reliability_chart.js";
import { get } from "../lib/client.js";
import { h, table } from "../lib/elements.js";
import { pluralize, minute, number, percent, plain } from "../lib/format.js";
import { empty } from "../lib/states.js";

export async function accuracySection(signal) {
  const accuracy = await get("/v1/predictions/accuracy", {}, {}, signal);
  if (!accuracy.graded)
    return empty(
      "No window has ended yet, so no prediction has been graded.",
      accuracy.next_closes_at
        ? `The first of ${pluralize(accuracy.open, "prediction")} is graded after ${minute(accuracy.next_closes_at)}.`
        : "There are no predictions yet.",
    );
  return h(
    "div",
    {},
    h(
      "p",
      {},
      `${pluralize(accuracy.graded, "prediction")} graded: ${number(accuracy.hits)} came true, `,
      `${number(accuracy.misses)} did not, ${number(accuracy.prevented)} were prevented by a fix (counted, not scored).`,
      accuracy.overruled ? ` People overruled ${pluralize(accuracy.overruled, "grade")}.` : "",
    ),
    accuracy.reliability.length ? reliabilityChart(accuracy.reliability) : null,
    accuracy.scores.length ? scoresTable(accuracy.scores) : null,
  );
}

function scoresTable(scores) {
  const rows = [...scores].sort(
    (left, right) => left.window_days - right.window_days || left.brier - right.brier,
  );
  const columns = [
    { title: "Window", cell: (row) => `${row.window_days} d` },
    { title: "Model", cell: (row) => plain(row.model) },
    { title: "Brier", numeric: true, cell: (row) => number(row.brier, 3) },
    { title: "Skill", numeric: true, cell: (row) => (row.skill === null ? "–" : signedPercent(row.skill)) },
    { title: "Base rate", numeric: true, cell: (row) => percent(row.base_rate) },
    { title: "ECE", numeric: true, cell: (row) => number(row.ece, 3) },
    { title: "ECE by chance", numeric: true, cell: (row) => number(row.ece_noise, 3) },
    { title: "n", numeric: true, cell: (row) => number(row.n) },
  ];
  return h(
    "div",
    {},
    table("Brier score by window; lower is better", columns, rows, { isCaptionVisible: true }),
    h(
      "p",
      { class: "quiet" },
      "Brier: the mean squared error of the probabilities, lower is better. ",
      "Skill: how much lower than that of always predicting the base rate. ",
      "ECE (expected calibration error): the mean distance between predicted and observed. ",
      "ECE by chance: the ECE that perfect probabilities would show with this many predictions.",
    ),
  );
}

const signedPercent = (share) => `${share > 0 ? "+" : "−"}${Math.abs(Math.round(share * 100))} %`;
