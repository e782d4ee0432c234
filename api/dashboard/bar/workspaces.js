// Going to another workspace of the same person.

import { post } from "../lib/client.js";
import { dialogButton } from "../lib/dialog.js";
import { h } from "../lib/elements.js";
import { saveTokens } from "../lib/session.js";
import { action } from "../lib/states.js";

/** @import { Model } from "../types.js" */

/**
 * Sign in there as here; the page is loaded again, so that nothing of the former workspace stays in it.
 * @param {string} workspaceId
 * @param {boolean} [consent] whether the person wants to join
 */
export async function enterWorkspace(workspaceId, consent = false) {
  await saveTokens(await post("/v1/sessions/switch", {}, { workspace_id: workspaceId, consent }));
  location.hash = "#/";
  location.reload();
}

/**
 * Asks whether to join a workspace to which the person is invited.
 * @param {Model<"OwnWorkspace">} workspace
 */
export function joinButton({ id, name, organization, role }) {
  const what = `${organization} invites you to ${name} as ${role}. What you enter there belongs to ${organization}.`;
  /** @param {() => void} close */
  const build = (close) => [
    h("p", { class: "prose" }, what),
    h(
      "div",
      { class: "buttons" },
      action("Join", () => enterWorkspace(id, true), { className: "main" }),
      h("button", { type: "button", onclick: close }, "Not now"),
    ),
  ];
  return dialogButton(`Join ${name} (${organization})`, `Join ${name} of ${organization}?`, build, {
    className: "plain",
  });
}
