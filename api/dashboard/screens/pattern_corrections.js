// What people say of a pattern: it is right or wrong, an issue does not belong, this was done about it.

import { post } from "../lib/client.js";
import { h, section } from "../lib/elements.js";
import { minute, number } from "../lib/format.js";
import { action, empty } from "../lib/states.js";

/** Confirm or deny the grouping; it calibrates the confidence that is shown. */
export function confirmForm(pattern) {
  const say = (together) => () =>
    post("/v1/patterns/{pattern_id}/confirm", { pattern_id: pattern.id }, { together });
  return h(
    "span",
    { class: "beside" },
    h("span", { class: "quiet" }, "Do these belong together?"),
    action("Yes", say(true), { done: "Noted: they belong together." }),
    action("No", say(false), { done: "Noted. Take out what does not belong with “Unlink”." }),
  );
}

/** Take one issue out, for ever. A second press confirms, because nothing undoes it by itself. */
export function unlinkButton(issue, pattern) {
  const place = h("span", { class: "beside" });
  const really = async () => {
    await post("/v1/issues/{issue_id}/unlink-pattern", { issue_id: issue.id }, { pattern_id: pattern.id });
    place.replaceChildren(h("span", { class: "quiet" }, "leaves at the next run"));
  };
  const ask = () => {
    const yes = action("Unlink for ever", really, {
      done: "The issue leaves this pattern at the next run.",
      className: "danger",
    });
    place.replaceChildren(yes, h("button", { type: "button", class: "plain", onclick: restore }, "Keep"));
    yes.focus();
  };
  const restore = () =>
    place.replaceChildren(
      h(
        "button",
        { type: "button", class: "plain", onclick: ask, "aria-label": `Unlink ${issue.title}` },
        "Unlink",
      ),
    );
  restore();
  return place;
}

/** Closure notes, and room for another. */
export function closureSection(pattern, { me, reload }) {
  const notes = pattern.closure_notes.map((note) =>
    h("li", {}, h("p", {}, note.note), h("p", { class: "quiet" }, minute(note.made_at))),
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
    h("label", { for: "closure" }, "What was done about it"),
    text,
    h(
      "p",
      { class: "help", id: "closure-help" },
      "With a note, and no new issue through the proof window, the pattern is resolved. A new one reopens it.",
    ),
    action("Record closure note", save, { done: "The note is recorded." }),
  );
  const list = notes.length ? h("ul", { class: "rows" }, notes) : null;
  return section(
    `Closure notes${notes.length ? ` (${number(notes.length)})` : ""}`,
    {},
    list,
    me.role === "viewer" ? (list ? null : empty("Nothing has been noted.")) : form,
  );
}
