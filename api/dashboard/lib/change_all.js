// The same change of several rows: one request a row, one message about all, and one “Undo”.

import { messageOf } from "./client.js";
import { pluralize } from "./format.js";
import { notice } from "./states.js";
import { undoNotice } from "./undo.js";

/**
 * Change every row; what failed is named by its first reason. `undo(row)` puts a row back as it was.
 * @template Item
 * @param {readonly Item[]} rows
 * @param {(row: Item) => Promise<unknown>} change
 * @param {{ noun: string, done: string, after: () => void, undo?: (row: Item) => Promise<unknown>, reload?: () => void }} options
 */
export async function changeAll(rows, change, { noun, done, after, undo, reload = after }) {
  /** @type {Item[]} */
  const changed = [];
  /** @type {string[]} */
  const reasons = [];
  for (const row of rows)
    await change(row)
      .then(() => changed.push(row))
      .catch((error) => reasons.push(messageOf(error)));
  const text = `${pluralize(changed.length, noun)} ${done}.`;
  if (reasons.length) notice(`${pluralize(reasons.length, noun)} not ${done}: ${reasons[0]}`, "error");
  if (changed.length && undo)
    undoNotice(
      text,
      async () => {
        for (const row of changed) await undo(row);
        reload();
      },
      "Taken back: everything is as it was.",
    );
  else if (changed.length) notice(text);
  after();
}
