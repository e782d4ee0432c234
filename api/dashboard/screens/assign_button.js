// Who takes care of a pattern or recommendation.

import { get } from "../lib/client.js";
import { dialogButton } from "../lib/dialog.js";
import { h } from "../lib/elements.js";
import { form } from "../lib/form.js";
import { isAtLeast } from "../lib/roles.js";
import { action, part } from "../lib/states.js";

/** @import { Fields, FormValues, Me, Model } from "../types.js" */

/**
 * A button that assigns; `assign(userId)` stores it, null: nobody. Admins may choose anybody.
 * @param {Model<"Assignee"> | null} assignee
 * @param {Me} me
 * @param {(userId: string | null) => Promise<unknown>} assign
 */
export function assignButton(assignee, me, assign) {
  const text = assignee ? `Assigned to ${assignee.name}` : "Assign";
  return dialogButton(text, "Assign to", (close) => {
    /** @param {string | null} userId */
    const choose = (userId) => assign(userId).then(close);
    return [
      h(
        "div",
        { class: "buttons" },
        me.kind === "user" ? action("Me", () => choose(me.id), { done: "Assigned to you." }) : null,
        assignee ? action("Nobody", () => choose(null), { done: "Assigned to nobody." }) : null,
      ),
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
    done: "Assigned.",
  });
}
