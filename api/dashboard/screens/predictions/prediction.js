// One prediction: its probability, what it rests on, its outcomes, and a person's grade or dismissal.

import { get, post, remove } from "../../lib/client.js";
import { dialogButton } from "../../lib/dialog.js";
import { facts, h, link, section, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { day, minute, number, plain, pluralize, probabilityText } from "../../lib/format.js";
import { patternLink } from "../../lib/names.js";
import { isAtLeast } from "../../lib/roles.js";
import { action, empty } from "../../lib/states.js";
import { undoNotice } from "../../lib/undo.js";
import { probabilityCell, triggerSection } from "./prediction_summary.js";

/** @import { Column, Field, FormValues, Me, Model, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showPrediction({ id, me, signal, reload }) {
  const prediction = await get("/v1/predictions/{prediction_id}", { prediction_id: id }, {}, signal);
  const name = prediction.pattern_name ?? "a pattern that was merged";
  return h(
    "article",
    { class: "screen", "data-title": `Prediction for ${name}` },
    h(
      "p",
      { class: "trail" },
      link("/predictions", "Predictions"),
      ` / ${pluralize(prediction.window_days, "day")}`,
    ),
    h("h1", {}, patternLink(prediction.pattern_id, name)),
    h("div", { class: "under-title" }, figures(prediction)),
    isAtLeast(me, "analyst") ? predictionActions(prediction, me, reload) : null,
    triggerSection([prediction]),
    section("Outcomes", {}, outcomesTable(prediction.outcomes)),
    section("Models", {}, modelsOf(prediction)),
  );
}

/** @param {Model<"PredictionDetail">} predictionDetail */
function outcomeText({ outcome, dismissed_at: dismissedAt }) {
  if (outcome) return plain(outcome);
  return dismissedAt ? null : "open";
}

/** @param {Model<"PredictionDetail">} row */
const figures = (row) =>
  facts([
    ["Probability of a recurrence", probabilityCell(row)],
    ["Impact", row.impact],
    ["Issued", minute(row.issued_at)],
    ["Window ends", minute(row.closes_at)],
    ["Based on", pluralize(row.event_count, "event")],
    ["Outcome", outcomeText(row)],
    [
      "Dismissed",
      row.dismissed_at
        ? `${day(row.dismissed_at)} by ${row.dismissed_by_name ?? "somebody who has left"}${row.dismissal_reason ? `: ${row.dismissal_reason}` : ""}`
        : null,
    ],
  ]);

/**
 * @param {Model<"PredictionDetail">} prediction
 * @param {Me} me
 * @param {() => void} reload
 */
function predictionActions(prediction, me, reload) {
  const path = { prediction_id: prediction.id };
  /** @param {FormValues} values */
  const grade = (values) => post("/v1/predictions/{prediction_id}/outcome", path, values);
  const bringBack = () => remove("/v1/predictions/{prediction_id}/dismissal", path).then(reload);
  const former = prediction.outcomes.find((row) => row.decided_by === `${me.kind}:${me.id}`);
  const ungrade = () => {
    const before = former && { outcome: former.outcome, reason: former.reason };
    const change = before ? grade(before) : remove("/v1/predictions/{prediction_id}/outcome", path);
    return change.then(reload);
  };
  /** @param {FormValues} values */
  const dismiss = (values) => post("/v1/predictions/{prediction_id}/dismiss", path, values);
  /**
   * @param {() => void} close
   * @param {[text: string, undo: () => Promise<unknown>, undone: string]} offered
   */
  const after = (close, offered) => () => {
    close();
    reload();
    undoNotice(...offered);
  };
  /** @type {Field} */
  const outcome = {
    name: "outcome",
    label: "Outcome",
    kind: "select",
    options: [
      ["hit", "it recurred within the window"],
      ["miss", "it did not recur"],
      ["prevented", "a fix prevented it"],
    ],
  };
  /** @param {boolean} required */
  const why = (required) => ({ name: "reason", label: "Why", kind: "textarea", required, maxlength: 2000 });
  return h(
    "div",
    { class: "actions" },
    dialogButton("Grade", "Grade this prediction", (close) =>
      form({
        ...{ id: "grade", fields: [outcome, why(true)], verb: "Save", send: grade },
        onDone: after(close, [
          "Graded: your outcome counts before the system's.",
          ungrade,
          former ? "Your former outcome counts again." : "Your outcome no longer counts.",
        ]),
      }),
    ),
    prediction.dismissed_at
      ? action("Bring back", bringBack, { done: "It counts as before." })
      : dialogButton("Dismiss", "Dismiss this prediction", (close) =>
          form({
            ...{ id: "dismiss", fields: [why(false)], verb: "Dismiss", send: dismiss },
            onDone: after(close, [
              "Dismissed: it no longer counts as likely.",
              bringBack,
              "It counts as before.",
            ]),
          }),
        ),
  );
}

/** @param {Model<"PredictionDetail">["outcomes"]} rows */
function outcomesTable(rows) {
  if (!rows.length) return empty("Not graded yet.", "The system grades it when its window ends.");
  /** @type {Column<Model<"PredictionDetail">["outcomes"][number]>[]} */
  const columns = [
    {
      title: "Outcome",
      cell: (row) => h("span", { class: `mark-word outcome-${row.outcome}` }, plain(row.outcome)),
    },
    {
      title: "By",
      cell: (row) =>
        row.decided_by === "system" ? "the system" : (row.decided_by_name ?? "somebody who has left"),
    },
    { title: "When", cell: (row) => minute(row.decided_at) },
    { title: "Why", className: "wide", cell: (row) => row.reason },
  ];
  return table("Outcomes of this prediction", columns, rows, { className: "stacked" });
}

/** @param {Model<"PredictionDetail">} prediction */
function modelsOf(prediction) {
  const rows = Object.entries(prediction.model_probabilities ?? {}).flatMap(([name, value]) =>
    typeof value === "number" ? [{ name, value }] : [],
  );
  if (!rows.length) return empty("No single model's probability is stored.");
  return [
    facts(rows.map(({ name, value }) => /** @type {const} */ ([plain(name), probabilityText(value)]))),
    h(
      "p",
      { class: "quiet" },
      `${number(rows.length)} models estimate it, each on its own; they are combined by how well each has predicted before. `,
      `Version ${prediction.model_version}.`,
    ),
  ];
}
