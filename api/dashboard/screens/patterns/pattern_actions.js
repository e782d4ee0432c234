// What a person may do with a whole pattern, beside its name.

import { patch, post, put } from "../../lib/client.js";
import { dialogButton, openChoices } from "../../lib/dialog.js";
import { h, link } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { isAtLeast } from "../../lib/roles.js";
import { action, notice } from "../../lib/states.js";
import { undoNotice } from "../../lib/undo.js";
import { assignButton } from "../assign_button.js";
import { ownerButton } from "../owners/owner_button.js";
import { printButton } from "../print_button.js";
import { reopenButton, withdraw } from "./corrections.js";
import { patternPicker } from "./pattern_picker.js";
import { isSnoozed, SNOOZES, snoozeEnd, snoozeText } from "./row_acts.js";

/** @import { FormValues, Model, ScreenContext } from "../../types.js" */

/**
 * The buttons below the name of a pattern.
 * @param {Model<"PatternDetail">} pattern
 * @param {ScreenContext} context
 */
export function patternActions(pattern, { me, workspace, reload }) {
  const copy = action("Copy link", () => navigator.clipboard.writeText(location.href), {
    done: "The link is copied.",
  });
  if (!isAtLeast(me, "analyst")) return h("div", { class: "actions" }, copy, printButton());
  return h(
    "div",
    { class: "actions" },
    confirmGrouping(pattern),
    pattern.status === "resolved" || pattern.closure_notes.some((note) => !note.withdrawn_at)
      ? reopenButton(pattern, reload)
      : null,
    renameButton(pattern, reload),
    mergeButton(pattern, reload),
    assignButton(pattern.assignee, me, (user_id) =>
      put("/v1/patterns/{pattern_id}/assignee", { pattern_id: pattern.id }, { user_id }).then(reload),
    ),
    ownerButton({ kind: "pattern", item: pattern.id, title: pattern.name, owner: pattern.owner }, reload),
    snoozeButton(pattern, reload),
    isAtLeast(me, "admin") && workspace.features.includes("alerts")
      ? link(`/alerts?pattern_id=${pattern.id}`, "Alert on this", { class: "button" })
      : null,
    copy,
    printButton(),
  );
}

/** @param {Model<"PatternDetail">} pattern */
function confirmGrouping(pattern) {
  /** @param {boolean} together */
  const confirm = (together) => async () => {
    const path = { pattern_id: pattern.id };
    const { id } = await post("/v1/patterns/{pattern_id}/confirm", path, { together });
    const text = together
      ? "Recorded: they belong together."
      : "Recorded. Unlink or split off the issues that do not belong.";
    const undo = () => post("/v1/feedback/{feedback_id}/withdraw", { feedback_id: id });
    undoNotice(text, undo, "Your answer no longer counts.");
  };
  return h(
    "span",
    { class: "beside" },
    h("span", { class: "quiet" }, "Do these issues belong together?"),
    action("Yes", confirm(true)),
    action("No", confirm(false)),
  );
}

/**
 * @param {Model<"PatternDetail">} pattern
 * @param {Model<"PatternChange">} body
 */
const change = (pattern, body) => patch("/v1/patterns/{pattern_id}", { pattern_id: pattern.id }, body);

/**
 * @param {Model<"PatternDetail">} pattern
 * @param {() => void} reload
 */
const renameButton = (pattern, reload) =>
  dialogButton("Rename", "Rename this pattern", (close) => {
    const field = { name: "name", label: "Name", maxlength: 300, value: pattern.name };
    const help = "Empty: the name that the grouping gives it, from the next run on.";
    /** @param {FormValues} options */
    const send = ({ name = null }) => change(pattern, { name });
    const onDone = () => {
      close();
      reload();
    };
    return form({
      id: "rename",
      fields: [{ ...field, help }],
      verb: "Rename",
      send,
      done: "Renamed.",
      onDone,
    });
  });

/**
 * @param {Model<"PatternDetail">} pattern
 * @param {() => void} reload
 */
function snoozeButton(pattern, reload) {
  if (isSnoozed(pattern))
    return action("End snooze", () => change(pattern, { snoozed_until: null }).then(reload), {
      done: "It sends alerts again.",
    });
  /** @param {string} days */
  const snooze = async (days) => {
    await change(pattern, { snoozed_until: snoozeEnd(days) });
    reload();
    const undo = () => change(pattern, { snoozed_until: null }).then(reload);
    undoNotice("Snoozed.", undo, "It sends alerts again.");
  };
  return h(
    "button",
    {
      ...{ type: "button", "aria-haspopup": "dialog", "data-key": "h", title: "Key: h" },
      onclick: () => openChoices("Snooze this pattern", SNOOZES, snooze, snoozeText()),
    },
    "Snooze",
  );
}

/**
 * @param {Model<"PatternDetail">} pattern
 * @param {() => void} reload
 */
const mergeButton = (pattern, reload) =>
  dialogButton("Merge", `Merge into “${pattern.name}”`, (close) =>
    patternPicker({
      except: [pattern.id],
      isMultiple: true,
      verb: "Merge",
      stays: pattern.name,
      choose: async (ids, reason, name) => {
        const body = { pattern_ids: ids, ...(reason && { reason }), ...(name && { name }) };
        const path = { pattern_id: pattern.id };
        const { correction_id: id } = await post("/v1/patterns/{pattern_id}/merge", path, body);
        close();
        reload();
        offerUndo(id, "Merged: the issues move in the next run.", reload);
      },
    }),
  );

/**
 * Split the chosen issues off into a pattern of their own.
 * @param {Model<"PatternDetail">} pattern
 * @param {string[]} issueIds
 */
export async function splitOff(pattern, issueIds) {
  const { correction_id: id } = await post(
    "/v1/patterns/{pattern_id}/split",
    { pattern_id: pattern.id },
    { issue_ids: issueIds },
  );
  offerUndo(id, "Split off: the issues get a pattern of their own in the next run.");
}

/**
 * Say that a correction is recorded, with “Undo” unless the same was in force before.
 * @param {string | null} correctionId
 * @param {string} text
 * @param {() => void} [after]
 */
function offerUndo(correctionId, text, after) {
  if (!correctionId) return notice(text);
  const undo = () => withdraw(correctionId).then(() => after?.());
  undoNotice(text, undo, "Taken back: everything stays as it was.");
}
