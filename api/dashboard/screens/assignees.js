// Who takes care of rows: the filter by it, and assigning several at once.

import { changeAll } from "../lib/change_all.js";
import { openAssignDialog } from "./assign_button.js";

/** @import { Filter, Filters, Me, Model, RowAct, RowSelection } from "../types.js" */
/** @typedef {{ id: string, assignee: Model<"Assignee"> | null }} Assignable */

const MYSELF = "me";
const NOBODY = "none";

/** @type {Filter} */
export const ASSIGNEE = {
  ...{ name: "assignee", label: "Assigned to", isMany: true },
  placeholder: "me, none, a name",
  suggest: async () => [MYSELF, NOBODY],
};

/** @type {Record<string, Filters>} */
export const ASSIGNEE_STATES = {
  assigned: { without: [`assignee:${NOBODY}`] },
  unassigned: { assignee: [NOBODY] },
};

/**
 * Assigning rows of a list, to anybody or to oneself; `assign(id, userId)` stores it.
 * @template {Assignable} Item
 * @param {string} noun
 * @param {Me} me
 * @param {(id: string, userId: string | null) => Promise<unknown>} assign
 * @returns {RowAct<Item>[]}
 */
export function assigningActs(noun, me, assign) {
  /**
   * @param {Item[]} rows
   * @param {string | null} userId
   * @param {() => void} done
   */
  const assignAll = (rows, userId, done) =>
    changeAll(rows, ({ id }) => assign(id, userId), {
      noun,
      done: userId ? "assigned" : "assigned to nobody",
      after: done,
      undo: ({ id, assignee }) => assign(id, assignee?.user_id ?? null),
    });
  /** @type {RowAct<Item>} */
  const anybody = {
    label: "Assign",
    key: "a",
    act: (rows, done) =>
      openAssignDialog(
        rows.length === 1 ? rows[0].assignee : null,
        me,
        (userId) => assignAll(rows, userId, done),
        rows.some((row) => row.assignee),
      ),
  };
  /** @type {RowAct<Item>} */
  const oneself = { label: "Assign to me", key: "i", act: (rows, done) => assignAll(rows, me.id, done) };
  return me.kind === "user" ? [anybody, oneself] : [anybody];
}

/** A row's group, where rows are grouped by who takes care of them. */
export const BY_ASSIGNEE = {
  label: "assignee",
  /** @param {Assignable} row */
  of: ({ assignee }) => assignee?.name ?? "Assigned to nobody",
};

/**
 * Who takes care of a row; where rows can be selected, a press assigns it.
 * @template {Assignable} Item
 * @param {Item} row
 * @param {string} name
 * @param {RowSelection<Item> | null} selection
 */
export function assigneeCell(row, name, selection) {
  if (!selection) return row.assignee?.name ?? "–";
  const label = row.assignee ? `Assigned to ${row.assignee.name}: ${name}` : `Assign: ${name}`;
  return selection.buttonFor(row, "a", row.assignee?.name ?? "nobody", label);
}
