// What may have one cause and is not linked: “same cause?”, with yes and no.

import { get, post } from "../../lib/client.js";
import { h, link } from "../../lib/elements.js";
import { number, probabilityText, reasonText } from "../../lib/format.js";
import { action, partSection } from "../../lib/states.js";
import { withdraw } from "./corrections.js";

/** @import { Model, ScreenContext } from "../../types.js" */

const SHOWN = 10;

/**
 * The questions about an issue, a pattern, or all of the workspace.
 * @param {{ issue_id?: string, pattern_id?: string }} about
 * @param {ScreenContext} context
 * @param {{ isBelow?: boolean }} [options]
 */
export function suggestionsSection(about, { me, signal }, options) {
  const read = async () => {
    const { data, page } = await get("/v1/suggestions", {}, { ...about, limit: SHOWN }, signal);
    if (!data.length) return null;
    const more = (page.total ?? 0) - data.length;
    return h(
      "div",
      {},
      h("p", { class: "quiet" }, "Alike, but not surely enough to be linked: a person decides."),
      h(
        "ul",
        { class: "rows" },
        data.map((row) => question(row, me.role !== "viewer")),
      ),
      more > 0 ? h("p", { class: "quiet" }, `and ${number(more)} less likely ones`) : null,
    );
  };
  return partSection("Same cause?", "suggestions", read, options);
}

/**
 * @param {Model<"Suggestion">} row
 * @param {boolean} canAnswer
 */
function question(row, canAnswer) {
  return h(
    "li",
    {},
    h(
      "p",
      {},
      side(row.issue_id, row.issue_title, row.pattern_id, row.pattern_name),
      " and ",
      side(row.other_issue_id, row.other_issue_title, row.other_pattern_id, row.other_pattern_name),
    ),
    h("p", { class: "quiet" }, `${probabilityText(row.confidence)} likely. ${reasonText(row.reason)}`),
    canAnswer ? answers(row) : null,
  );
}

/**
 * @param {string} issueId
 * @param {string} title
 * @param {string | null} patternId
 * @param {string | null} patternName
 */
function side(issueId, title, patternId, patternName) {
  const issue = link(`/issues/${issueId}`, title);
  return patternId ? [issue, " (", link(`/patterns/${patternId}`, patternName ?? "its pattern"), ")"] : issue;
}

/** @param {Model<"Suggestion">} row */
function answers(row) {
  const container = h("div", { class: "actions" });
  /** @param {boolean} sameCause */
  const answer = async (sameCause) => {
    const { correction_id: id } = await post(
      "/v1/suggestions/{suggestion_id}/answer",
      { suggestion_id: row.id },
      { same_cause: sameCause },
    );
    const undo = action("Undo", () => withdraw(id ?? "").then(restore), {
      done: "Your answer is taken back.",
    });
    container.replaceChildren(
      h("span", { class: "quiet" }, sameCause ? "Linked in the next run." : "Kept apart from now on."),
      id ? undo : "",
    );
    undo.focus();
  };
  const both = `${row.issue_title} and ${row.other_issue_title}`;
  const restore = () =>
    container.replaceChildren(
      action("Yes, same cause", () => answer(true), { className: "plain", label: `Same cause: ${both}` }),
      action("No", () => answer(false), { className: "plain", label: `Not the same cause: ${both}` }),
    );
  restore();
  return container;
}
