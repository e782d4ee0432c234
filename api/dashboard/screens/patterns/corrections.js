// Corrections by people: unlink an issue, withdraw a correction, record a closure note.

import { post } from "../../lib/client.js";
import { confirmButton } from "../../lib/dialog.js";
import { h, section } from "../../lib/elements.js";
import { minute, number } from "../../lib/format.js";
import { action, empty } from "../../lib/states.js";

/** @import { Model, ScreenContext } from "../../types.js" */

const UNDO_MILLISECONDS = 30_000;

/**
 * Withdraw a correction: it no longer counts, and what it had replaced counts again.
 * @param {string} correctionId
 */
export const withdraw = (correctionId) =>
  post("/v1/corrections/{correction_id}/withdraw", { correction_id: correctionId }, {});

/**
 * Unlink one issue; for 30 seconds it can be undone here, and later withdrawn on the issue's page.
 * @param {{ id: string, title: string }} issue
 * @param {{ id: string | null }} pattern
 * @param {{ text?: string, className?: string }} [options]
 */
export function unlinkButton(issue, pattern, { text = "Unlink", className = "plain" } = {}) {
  const container = h("span", { class: "beside" });
  const unlink = async () => {
    const { correction_id: correctionId } = await post(
      "/v1/issues/{issue_id}/unlink-pattern",
      { issue_id: issue.id },
      { pattern_id: pattern.id },
    );
    const message = h("span", { class: "quiet" }, "Leaves this pattern in the next run. ");
    const undo = action("Undo", () => withdraw(correctionId ?? "").then(restore), {
      done: "The issue stays in this pattern.",
    });
    container.replaceChildren(message, correctionId ? undo : "");
    undo.focus();
    setTimeout(() => undo.remove(), UNDO_MILLISECONDS);
  };
  const restore = () =>
    container.replaceChildren(action(text, unlink, { className, label: `${text}: ${issue.title}` }));
  restore();
  return container;
}

/**
 * “Reopen”: the closure notes no longer count.
 * @param {Model<"PatternDetail">} pattern
 * @param {() => void} reload
 */
export function reopenButton(pattern, reload) {
  const reopen = () => post("/v1/patterns/{pattern_id}/reopen", { pattern_id: pattern.id }, {}).then(reload);
  const question =
    "Its closure notes no longer count: it is open until somebody records another one. They stay on record.";
  return confirmButton("Reopen", question, "Reopen the pattern", reopen, {
    className: "",
    done: "It is open again.",
  });
}

/**
 * Closure notes, and a form to add one.
 * @param {Model<"PatternDetail">} pattern
 * @param {ScreenContext} context
 */
export function closureSection(pattern, { me, reload }) {
  const notes = pattern.closure_notes.map((note) =>
    h(
      "li",
      {},
      h("p", {}, note.note),
      h(
        "p",
        { class: "quiet" },
        `${note.made_by_name ?? "somebody who has left"}, ${minute(note.made_at)}`,
        note.withdrawn_at ? `, withdrawn ${minute(note.withdrawn_at)}` : "",
      ),
    ),
  );
  const text = h("textarea", {
    id: "closure",
    rows: 2,
    maxlength: 10_000,
    "aria-describedby": "closure-help",
  });
  const save = async () => {
    if (!text.value.trim()) return text.focus();
    await post("/v1/patterns/{pattern_id}/closure-note", { pattern_id: pattern.id }, { note: text.value });
    text.value = "";
    reload();
  };
  const form = h(
    "div",
    { class: "field" },
    h("label", { for: "closure" }, "What was done to fix it"),
    text,
    h(
      "p",
      { class: "help", id: "closure-help" },
      "With a note, and no new issue through the proof window, the pattern is resolved. A new one reopens it.",
    ),
    action("Record closure note", save, { done: "The note is recorded." }),
  );
  const list = notes.length ? h("ul", { class: "rows" }, notes) : null;
  const nothing = list ? null : empty("No closure notes.");
  return section(
    `Closure notes${notes.length ? ` (${number(notes.length)})` : ""}`,
    {},
    list,
    me.role === "viewer" ? nothing : form,
  );
}
