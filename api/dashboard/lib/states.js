// What a screen shows while it waits, when there is nothing, and when something failed; each says what to do.

import { Refusal } from "./client.js";
import { h, section } from "./elements.js";

/** While something is read. */
export const waiting = (what) => h("p", { class: "state loading", role: "status" }, `Reading ${what} …`);

/** Nothing there: why, and what to do about it. */
export function empty(why, ...todo) {
  return h(
    "div",
    { class: "state" },
    h("p", { class: "state-title" }, why),
    todo.length ? h("p", {}, todo) : null,
  );
}

/** What the API refused, where, and the way on. */
export function failure(error, retry) {
  const refused = error instanceof Refusal;
  if (!refused) console.error(error);
  const title = refused && error.status === 404 ? "This is not here" : "This could not be shown";
  const said = refused ? error.message : "The dashboard itself failed; its console says where.";
  return h(
    "div",
    { class: "state failed", role: "alert" },
    h("p", { class: "state-title" }, title),
    h("p", {}, said),
    refused && error.fields.length
      ? h(
          "ul",
          {},
          error.fields.map((field) => h("li", {}, `${field.pointer}: ${field.detail}`)),
        )
      : null,
    refused && error.trace ? h("p", { class: "quiet" }, "Trace ", h("code", {}, error.trace)) : null,
    retry ? h("button", { type: "button", onclick: retry }, "Try again") : null,
  );
}

/** A part of a screen that is read on its own, so that one failure leaves the rest standing. */
export function part(what, read) {
  const place = h("div", { class: "part" }, waiting(what));
  const load = () =>
    read()
      .then((content) => place.replaceChildren(content))
      .catch((error) => error.name !== "AbortError" && place.replaceChildren(failure(error, load)));
  load();
  return place;
}

/** A section of a screen whose content is read on its own. */
export const partSection = (title, what, read) => section(title, {}, part(what, read));

/** Tells in passing that something was done, or why not. */
export function notice(text, kind = "done") {
  const message = h("p", { class: `notice ${kind}` }, text);
  document.getElementById("notices").append(message);
  setTimeout(() => message.remove(), kind === "done" ? 5_000 : 12_000);
}

/** A button that does something at the server; meanwhile it cannot be pressed again. */
export function action(text, act, { done, className = "", describedBy } = {}) {
  const press = async ({ currentTarget: button }) => {
    button.disabled = true;
    try {
      await act();
      if (done) notice(done);
    } catch (error) {
      notice(
        error instanceof Refusal ? error.message : "This failed in the dashboard; its console says where.",
        "refused",
      );
      if (!(error instanceof Refusal)) console.error(error);
    } finally {
      button.disabled = false;
    }
  };
  return h(
    "button",
    { type: "button", class: className || null, "aria-describedby": describedBy, onclick: press },
    text,
  );
}
