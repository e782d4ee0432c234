// Dialogs over the page: one at a time, closed by Escape, by “Cancel”, or by leaving the screen.

import { doInstead } from "./do_instead.js";
import { h } from "./elements.js";
import { nextIndex } from "./next_index.js";
import { action } from "./states.js";

/** @import { Content } from "../types.js" */

const STEPS = new Map([
  ["ArrowDown", 1],
  ["ArrowUp", -1],
]);

/** @type {HTMLDialogElement | null} */
let current = null;

/**
 * Open a dialog; `build(close)` makes its content.
 * @param {string} title
 * @param {(close: () => void) => Content} build
 */
export function openDialog(title, build) {
  closeDialog();
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "dialog-title" });
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  const close = () => dialog.close();
  dialog.append(
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id: "dialog-title" }, title),
      h("button", { type: "button", class: "plain", onclick: close }, "Close"),
    ),
    h("div", { class: "dialog-body" }, build(close)),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (current === dialog) current = null;
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  });
  current = dialog;
  document.body.append(dialog);
  dialog.showModal();
  /** @type {HTMLElement | null} */ (dialog.querySelector("input, select, textarea"))?.focus();
}

/** Close the dialog that is open, if any. */
export const closeDialog = () => current?.close();

/**
 * Open a dialog in which one of several things is chosen; arrow keys walk through them.
 * @param {string} title
 * @param {readonly (readonly [string, string])[]} choices
 * @param {(value: string) => unknown} choose
 * @param {Content} [explanation]
 */
export function openChoices(title, choices, choose, explanation = null) {
  openDialog(title, (close) => {
    const buttons = choices.map(([value, text]) =>
      action(text, () => Promise.resolve(choose(value)).then(close)),
    );
    buttons[0].setAttribute("autofocus", "");
    const list = h("div", { class: "choice-list" }, buttons);
    list.addEventListener("keydown", (event) => {
      const step = STEPS.get(event.key);
      const present = buttons.findIndex((button) => button.matches(":focus"));
      if (step) doInstead(event, () => buttons[nextIndex(present, step, buttons.length)].focus());
    });
    return [explanation, list];
  });
}

/**
 * A button that opens a dialog.
 * @param {string} text
 * @param {string} title
 * @param {(close: () => void) => Content} build
 * @param {{ className?: string, label?: string }} [options]
 */
export const dialogButton = (text, title, build, { className = "", label } = {}) =>
  h(
    "button",
    {
      type: "button",
      class: className || null,
      "aria-haspopup": "dialog",
      "aria-label": label,
      onclick: () => openDialog(title, build),
    },
    text,
  );

/**
 * A button that asks before it acts.
 * @param {string} text
 * @param {string} question
 * @param {string} verb
 * @param {() => unknown} act
 * @param {{ done?: string, className?: string, label?: string }} [options]
 */
export function confirmButton(text, question, verb, act, { done, className = "danger", label } = {}) {
  /** @param {() => void} close */
  const build = (close) => [
    h("p", { class: "prose" }, question),
    h(
      "div",
      { class: "buttons" },
      action(verb, () => Promise.resolve(act()).then(close), { done, className: "danger" }),
      h("button", { type: "button", onclick: close }, "Cancel"),
    ),
  ];
  return dialogButton(text, `${text}?`, build, { className, label });
}

/**
 * A secret that is shown once, with a field to copy it from.
 * @param {string} title
 * @param {string} explanation
 * @param {string} secret
 */
export function showSecret(title, explanation, secret) {
  openDialog(title, (close) => {
    const field = h("input", { id: "secret", type: "text", readonly: true, class: "secret", value: secret });
    field.addEventListener("focus", () => field.select());
    const copy = action("Copy", () => navigator.clipboard.writeText(secret), { done: "Copied." });
    return [
      h("p", { class: "prose" }, explanation),
      h("div", { class: "field" }, h("label", { for: "secret" }, "Shown only once"), field),
      h(
        "div",
        { class: "buttons" },
        copy,
        h("button", { type: "button", onclick: close }, "I have stored it"),
      ),
    ];
  });
}
