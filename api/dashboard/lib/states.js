// Loading, empty and error states of a screen, notices, and buttons that call the API.

import { ApiError } from "./client.js";
import { h, section } from "./elements.js";

/** @import { Content } from "../types.js" */

/**
 * Shown while something loads.
 * @param {string} what
 */
export const loading = (what) => h("p", { class: "state loading", role: "status" }, `Loading ${what} …`);

/**
 * Empty state: why there is nothing, and what to do.
 * @param {string} why
 * @param {...Content} todo
 */
export function empty(why, ...todo) {
  return h(
    "div",
    { class: "state" },
    h("p", { class: "state-title" }, why),
    todo.length ? h("p", {}, todo) : null,
  );
}

/**
 * Error state: what failed, where, and a retry.
 * @param {unknown} error
 * @param {() => unknown} [retry]
 */
export function failure(error, retry) {
  const isApiError = error instanceof ApiError;
  if (!isApiError) console.error(error);
  const title = isApiError && error.status === 404 ? "Not found" : "This could not be loaded";
  const message = isApiError ? error.message : "The dashboard failed. The browser console shows the details.";
  return h(
    "div",
    { class: "state failed", role: "alert" },
    h("p", { class: "state-title" }, title),
    h("p", {}, message),
    isApiError && error.fields.length
      ? h(
          "ul",
          {},
          error.fields.map((field) => h("li", {}, `${field.pointer}: ${field.detail}`)),
        )
      : null,
    isApiError && error.trace ? h("p", { class: "quiet" }, "Trace ", h("code", {}, error.trace)) : null,
    retry ? h("button", { type: "button", onclick: retry }, "Try again") : null,
  );
}

const loadingParts = new Set();

/**
 * A part of a screen that loads separately, so that its failure does not affect the rest. The screen is not held
 * back for a part that `isBelow` what is seen first, or takes long to compute.
 * @param {string} what
 * @param {() => Promise<Node | string>} read
 * @param {{ isBelow?: boolean }} [options]
 */
export function part(what, read, { isBelow = false } = {}) {
  const container = h("div", { class: "part" }, loading(what));
  const load = () =>
    read()
      .then((content) => container.replaceChildren(content))
      .catch((error) => error.name !== "AbortError" && container.replaceChildren(failure(error, load)));
  const promise = load().finally(() => loadingParts.delete(promise));
  if (!isBelow) loadingParts.add(promise);
  return container;
}

/**
 * Wait until all parts are there, but not longer: what arrives later pushes down what is read already.
 * @param {number} milliseconds
 */
export function waitForParts(milliseconds) {
  const end = new Promise((resolve) => setTimeout(resolve, milliseconds));
  return Promise.race([Promise.allSettled([...loadingParts]), end]);
}

/**
 * A section of a screen whose content loads separately; it is left out where there turns out to be none (null).
 * @param {string} title
 * @param {string} what
 * @param {() => Promise<Node | string | null>} read
 * @param {{ isBelow?: boolean }} [options]
 */
export function partSection(title, what, read, options) {
  const readContent = async () => {
    const content = await read();
    place.hidden = content === null;
    return content ?? "";
  };
  const place = section(title, {}, part(what, readContent, options));
  return place;
}

/**
 * Show briefly that an action succeeded, or why it failed.
 * @param {string} text
 * @param {"done" | "error"} [kind]
 */
export function notice(text, kind = "done") {
  const message = h("p", { class: `notice ${kind}` }, text);
  document.getElementById("notices")?.append(message);
  setTimeout(() => message.remove(), kind === "done" ? 5_000 : 12_000);
}

/**
 * A button that calls the API; it is disabled until the call ends.
 * @param {string} text
 * @param {() => unknown} act
 * @param {{ done?: string, className?: string, describedBy?: string, label?: string }} [options]
 */
export function action(text, act, { done, className = "", describedBy, label } = {}) {
  /** @param {{ currentTarget: HTMLButtonElement }} event */
  const onClick = async ({ currentTarget: button }) => {
    const hadFocus = document.activeElement === button;
    button.disabled = true;
    try {
      await act();
      if (done) notice(done);
    } catch (error) {
      notice(
        error instanceof ApiError
          ? error.message
          : "The dashboard failed. The browser console shows the details.",
        "error",
      );
      if (!(error instanceof ApiError)) console.error(error);
    } finally {
      button.disabled = false;
      // A disabled button loses the focus: a keyboard user goes on from there.
      if (hadFocus && button.isConnected && document.activeElement === document.body)
        button.focus({ preventScroll: true });
    }
  };
  return h(
    "button",
    {
      type: "button",
      class: className || null,
      "aria-describedby": describedBy,
      "aria-label": label,
      onclick: onClick,
    },
    text,
  );
}
