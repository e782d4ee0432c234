// Who takes care of a pattern or recommendation.

import { get } from "../lib/client.js";
import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/elements.js";
import { form } from "../lib/form.js";
import { isAtLeast } from "../lib/roles.js";
import { action, part } from "../lib/states.js";
import { undoNotice } from "../lib/undo.js";

/** @import { Fields, FormValues, Me, Model } from "../types.js" */

/**
 * A button that assigns; `assign(userId)` stores it, null: nobody. Admins may choose anybody.
 * @param {Model<"Assignee"> | null} assignee
 * @param {Me} me
 * @param {(userId: string | null) => Promise<unknown>} assign
 */
export function assignButton(assignee, me, assign) {
  const text = assignee ? `Assigned to ${assignee.name}` : "Assign";
  /** @param {string | null} userId */
  const store = async (userId) => {
    await assign(userId);
    const undo = () => assign(assignee?.user_id ?? null);
    undoNotice(userId ? "Assigned." : "Assigned to nobody.", undo, "Taken back: it is assigned as it was.");
  };
  return h(
    "button",
    {
      ...{ type: "button", "aria-haspopup": "dialog", "data-key": "a", title: "Key: a" },
      onclick: () => openAssignDialog(assignee, me, store, Boolean(assignee)),
    },
    text,
  );
}

/**
 * Ask to whom something is assigned.
 * @param {Model<"Assignee"> | null} assignee
 * @param {Me} me
 * @param {(userId: string | null) => Promise<unknown>} assign
 * @param {boolean} isAssigned whether it can be assigned to nobody
 */
export function openAssignDialog(assignee, me, assign, isAssigned) {
  openDialog("Assign to", (close) => {
    /** @param {string | null} userId */
    const choose = (userId) => assign(userId).then(close);
    const myself = me.kind === "user" ? action("Me", () => choose(me.id)) : null;
    myself?.setAttribute("autofocus", "");
    return [
      h("div", { class: "buttons" }, myself, isAssigned ? action("Nobody", () => choose(null)) : null),
      isAtLeast(me, "admin") ? part("the members", () => memberForm(assignee, choose)) : null,
    ];
  });
}

/**
 * @param {Model<"Assignee"> | null} assignee
 * @param {(userId: string) => Promise<unknown>} choose
 */
async function memberForm(assignee, choose) {
  const members = await get("/v1/members", {}, { limit: 100, status: "active" });
  /** @type {[string, string][]} */
  const options = members.data.map((member) => [member.user_id, member.name ?? member.email]);
  /** @type {Fields} */
  const fields = [{ name: "user_id", label: "Member", kind: "select", options, value: assignee?.user_id }];
  return form({
    id: "assign",
    fields,
    verb: "Assign",
    /** @param {FormValues} options */
    send: ({ user_id }) => choose(user_id),
  });
}
