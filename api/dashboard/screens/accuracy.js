// How far predictions kept their word: the reliability curve, and the Brier score by window against simple rules.

import { reliabilityChart } from "../charts/reliability_chart.js";
import { get } from "../lib/client.js";
import { h, table } from "../lib/elements.js";
import { counted, minute, number, percent, plain } from "../lib/format.js";
import { empty } from "../lib/states.js";

export async function accuracySection(signal) {
  const accuracy = await get("/v1/predictions/accuracy", {}, {}, signal);
  if (!accuracy.graded)
    return empty(
      "No window has closed yet, so nothing can be graded.",
      accuracy.next_closes_at
        ? `The first of ${counted(accuracy.open, "prediction")} is graded after ${minute(accuracy.next_closes_at)}.`
        : "Nothing has been predicted yet.",
    );
  return h(
    "div",
    {},
    h(
      "p",
      {},
      `${counted(accuracy.graded, "prediction")} graded: ${number(accuracy.hits)} came true, `,
      `${number(accuracy.misses)} did not, ${number(accuracy.prevented)} were prevented by a fix (counted, not scored).`,
      accuracy.overruled ? ` People overruled ${counted(accuracy.overruled, "grade")}.` : "",
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
    { title: "Said by", cell: (row) => plain(row.model) },
    { title: "Brier", numeric: true, cell: (row) => number(row.brier, 3) },
    { title: "Skill", numeric: true, cell: (row) => (row.skill === null ? "–" : percentSigned(row.skill)) },
    { title: "Base rate", numeric: true, cell: (row) => percent(row.base_rate) },
    { title: "Off by", numeric: true, cell: (row) => number(row.ece, 3) },
    { title: "By chance", numeric: true, cell: (row) => number(row.ece_noise, 3) },
    { title: "n", numeric: true, cell: (row) => number(row.n) },
  ];
  return h(
    "div",
    {},
    table("Brier score by window; lower is better", columns, rows, { shownCaption: true }),
    h(
      "p",
      { class: "quiet" },
      "Brier: the mean squared error of the chances, lower is better. ",
      "Skill: how much lower than always saying the base rate. ",
      "Off by: the mean distance between what was said and what came. ",
      "By chance: the distance that perfect chances would show with so few predictions.",
    ),
  );
}

const percentSigned = (share) => `${share > 0 ? "+" : "−"}${Math.abs(Math.round(share * 100))} %`;
