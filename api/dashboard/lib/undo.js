// “Undo” beside the notice that something was done, for half a minute.

import { h } from "./elements.js";
import { action } from "./states.js";

const UNDO_MILLISECONDS = 30_000;

/**
 * Say that an action succeeded, and offer to take it back; `undone` is shown when that was done.
 * @param {string} text
 * @param {() => Promise<unknown>} undo
 * @param {string} undone
 */
export function undoNotice(text, undo, undone) {
  const button = action("Undo", () => undo().then(() => message.remove()), { done: undone });
  const message = h("div", { class: "notice done with-undo" }, h("span", {}, text), button);
  const notices = document.getElementById("notices");
  // Only the last act is offered: two “Undo” beside one another would be a guess.
  notices?.querySelector(".with-undo")?.remove();
  notices?.append(message);
  const isIdle = !document.activeElement || document.activeElement === document.body;
  if (isIdle) button.focus({ preventScroll: true });
  setTimeout(() => message.remove(), UNDO_MILLISECONDS);
}
