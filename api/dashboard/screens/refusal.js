// What stands in the place of a screen that a role or a plan does not reach: why, and whom to ask.

import { h, link } from "../lib/elements.js";
import { isAtLeast } from "../lib/roles.js";

/** @import { Reader, Screen } from "../types.js" */

/**
 * Why a screen is not offered; null: it is.
 * @param {Screen} screen
 * @param {Reader} reader
 */
export function refusalOf({ title, role = "viewer", feature }, { me, workspace }) {
  if (!isAtLeast(me, role))
    return refusal(title, `This page needs the role ${role}; yours is ${me.role}.`, workspace);
  if (feature && !workspace.features.includes(feature))
    return refusal(title, `It is not part of the ${workspace.organization.plan} plan.`, workspace);
  return null;
}

/**
 * @param {string} title
 * @param {string} why
 * @param {Reader["workspace"]} workspace
 */
function refusal(title, why, workspace) {
  return h(
    "div",
    { class: "state", "data-title": title },
    h("h1", {}, title),
    h("p", {}, why, " ", whomToAsk(workspace)),
    h("p", {}, link("/", "Go to the overview")),
  );
}

/**
 * “Ask Ada or Lin.”: who may change what a role or a plan allows.
 * @param {Reader["workspace"]} workspace
 */
export const whomToAsk = ({ admins }) =>
  admins.length
    ? `Ask ${new Intl.ListFormat("en-GB", { type: "disjunction" }).format(admins)}.`
    : "Ask who runs this installation.";
