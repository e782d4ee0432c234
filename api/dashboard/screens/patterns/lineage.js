// Where a pattern's issues came from and went to, and what people corrected of it, each with “Undo”.

import { get } from "../../lib/client.js";
import { h, link } from "../../lib/elements.js";
import { day, minute, pluralize } from "../../lib/format.js";
import { isAtLeast } from "../../lib/roles.js";
import { action, empty } from "../../lib/states.js";
import { CorrectionAct } from "../../lib/vocabulary.js";
import { withdraw } from "./corrections.js";

/** @import { Model, ScreenContext } from "../../types.js" */

/**
 * @param {Model<"PatternDetail">} pattern
 * @param {ScreenContext} context
 */
export async function readLineage(pattern, context) {
  const path = { pattern_id: pattern.id };
  const [{ steps, arrivals }, corrections] = await Promise.all([
    get("/v1/patterns/{pattern_id}/lineage", path, {}, context.signal),
    get("/v1/patterns/{pattern_id}/corrections", path, {}, context.signal),
  ]);
  const moves = [
    ...arrivals.map((step) => ({ step, text: arrivalText(step) })),
    ...steps.map((step) => ({ step, text: `${pluralize(step.issue_count, "issue")} ${step.kind}` })),
  ].sort((left, right) => Date.parse(left.step.at) - Date.parse(right.step.at));
  if (!moves.length && !corrections.data.length)
    return empty("No issue has moved to or from this pattern, and nobody has corrected it.");
  return h(
    "div",
    {},
    corrections.data.length
      ? h(
          "ul",
          { class: "rows" },
          corrections.data.map((row) => correctionRow(row, context)),
        )
      : null,
    moves.length
      ? h(
          "ul",
          { class: "rows" },
          moves.map(({ step, text }) =>
            h("li", {}, `${day(step.at)}: ${text}`, h("span", { class: "quiet" }, ` – ${step.reason}`)),
          ),
        )
      : null,
  );
}

/** @param {Model<"LineageStep">} step */
const arrivalText = (step) => `${pluralize(step.issue_count, "issue")} came from another pattern`;

/**
 * @param {Model<"CorrectionInForce">} row
 * @param {ScreenContext} context
 */
function correctionRow(row, { me, reload }) {
  const undo = () => withdraw(row.id).then(reload);
  const done = "Taken back: the issues move in the next run.";
  return h(
    "li",
    {},
    h(
      "div",
      { class: "beside" },
      h(
        "span",
        {},
        correctionText(row),
        h(
          "span",
          { class: "quiet" },
          ` ${row.made_by_name ?? "Somebody who has left"}, ${minute(row.made_at)}${row.reason ? `: ${row.reason}` : ""}`,
        ),
      ),
      isAtLeast(me, "analyst")
        ? action("Undo", undo, { done, className: "plain", label: `Undo: ${correctionText(row)}` })
        : null,
    ),
  );
}

/** @param {Model<"CorrectionInForce">} row */
function correctionText(row) {
  const left = row.left_issue_title ?? "an issue that is gone";
  const right = row.right_issue_title ?? "an issue that is gone";
  const act = row.act ? CorrectionAct.labels[row.act] : "corrected with";
  const more = row.issue_count > 1 ? ` and ${row.issue_count - 1} more` : "";
  return `“${left}”${more} ${act} “${right}”.`;
}

/**
 * Stands above the pattern to which the address of a merged one led.
 * @param {ScreenContext} context
 * @param {Model<"PatternDetail">} pattern
 */
export function survivorNote(context, pattern) {
  if (context.id === pattern.id) return null;
  history.replaceState(history.state, "", `#/patterns/${pattern.id}`);
  return h(
    "p",
    { class: "quiet", role: "status" },
    "The pattern at that address was merged into this one. ",
    link(`/patterns/${pattern.id}`, "This is its address now."),
  );
}
