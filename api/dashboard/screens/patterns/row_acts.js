// What can be done with several patterns at once: assigning them, and snoozing their alerts.

import { changeAll } from "../../lib/change_all.js";
import { patch, put } from "../../lib/client.js";
import { openChoices } from "../../lib/dialog.js";
import { h } from "../../lib/elements.js";
import { pluralize } from "../../lib/format.js";
import { assigningActs } from "../assignees.js";

/** @import { Me, Model, RowAct } from "../../types.js" */
/** @typedef {Model<"Pattern">} Pattern */

const DAY = 86_400_000;
const SNOOZE_DAYS = [1, 7, 30];

/**
 * For how long alerts can be snoozed.
 * @type {[string, string][]}
 */
export const SNOOZES = SNOOZE_DAYS.map((days) => [String(days), pluralize(days, "day")]);

/**
 * The end of so many days from now.
 * @param {string} days
 */
export const snoozeEnd = (days) => new Date(Date.now() + Number(days) * DAY).toISOString();

/**
 * Whether a pattern sends no alerts now.
 * @param {Pick<Pattern, "snoozed_until">} pattern
 */
export const isSnoozed = ({ snoozed_until: until }) => until !== null && new Date(until) > new Date();

/** What snoozing means. */
export const snoozeText = () =>
  h("p", { class: "prose" }, "No alerts are sent until then. Everything else goes on.");

/**
 * @param {Me} me
 * @returns {RowAct<Pattern>[]}
 */
export const patternActs = (me) => [
  ...assigningActs("pattern", me, (id, user_id) =>
    put("/v1/patterns/{pattern_id}/assignee", { pattern_id: id }, { user_id }),
  ),
  { label: "Snooze", key: "h", act: snoozeAll },
];

/**
 * @param {Pattern[]} rows
 * @param {() => void} done
 */
function snoozeAll(rows, done) {
  /** @param {Pattern} row @param {string | null} until */
  const store = ({ id }, until) =>
    patch("/v1/patterns/{pattern_id}", { pattern_id: id }, { snoozed_until: until });
  /** @type {[string, string][]} */
  const choices = rows.some(isSnoozed) ? [...SNOOZES, ["", "Send alerts again"]] : SNOOZES;
  openChoices(
    `Snooze ${pluralize(rows.length, "pattern")}`,
    choices,
    (days) =>
      changeAll(rows, (row) => store(row, days ? snoozeEnd(days) : null), {
        ...{ noun: "pattern", done: days ? "snoozed" : "no longer snoozed", after: done },
        undo: (row) => store(row, row.snoozed_until),
      }),
    snoozeText(),
  );
}
