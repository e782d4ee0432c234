// Links that set a new password, and that confirm an address of alerts.

import { messageOf, post } from "../../lib/client.js";
import { h } from "../../lib/elements.js";
import { clearSession, saveTokens } from "../../lib/session.js";

/** @import { Content } from "../../types.js" */

const MIN_LENGTH = "12";

/**
 * The form that sets a new password by the token of a link, and signs the person in.
 * @param {string} token
 * @param {() => unknown} onDone
 */
export function resetScreen(token, onDone) {
  const message = h("p", { class: "form-error", role: "alert" }, "");
  const button = h("button", { type: "submit", class: "main" }, "Set password");
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    const password = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("password"));
    try {
      const { email } = await post("/v1/auth/password", {}, { token, password });
      form.replaceWith(signInAs(email, password, message, onDone));
    } catch (error) {
      message.textContent = messageOf(error);
    } finally {
      button.disabled = false;
    }
  };
  const field = h(
    "div",
    { class: "field" },
    h("label", { for: "reset-password" }, "New password"),
    h("input", {
      id: "reset-password",
      name: "password",
      type: "password",
      required: true,
      minlength: MIN_LENGTH,
      autocomplete: "new-password",
      "aria-describedby": "reset-help",
    }),
    h(
      "p",
      { class: "help", id: "reset-help" },
      `At least ${MIN_LENGTH} characters. It ends all your sessions.`,
    ),
  );
  const form = h("form", { onsubmit: submit }, field, button);
  return page("Set a new password", message, form);
}

/**
 * Whose password was set, and whether to sign in as them: somebody else may have sent the link.
 * @param {string} email
 * @param {string} password
 * @param {HTMLElement} message
 * @param {() => unknown} onDone
 */
function signInAs(email, password, message, onDone) {
  const enter = async () => {
    try {
      clearSession();
      const answer = await post("/v1/auth/login", {}, { email, password, has_choice: true });
      if ("access_token" in answer) saveTokens(answer);
      await onDone();
    } catch (error) {
      message.textContent = messageOf(error);
    }
  };
  const button = h("button", { type: "button", class: "main", onclick: enter }, `Sign in as ${email}`);
  return h("div", {}, h("p", {}, `The password of ${email} is set.`), button);
}

/**
 * Confirm that alerts are wanted at an address.
 * @param {string} token
 * @param {() => unknown} onDone
 */
export function confirmScreen(token, onDone) {
  const message = h("p", { role: "status" }, "");
  const button = h("button", { type: "button", class: "main" }, "Yes, send alerts to my address");
  button.addEventListener("click", async () => {
    try {
      const { address } = await post("/v1/auth/confirm-address", {}, { token });
      message.textContent = `Confirmed: alerts are sent to ${address}.`;
      button.hidden = true;
    } catch (error) {
      message.textContent = messageOf(error);
    }
  });
  const leave = h("button", { type: "button", onclick: () => onDone() }, "Go to the dashboard");
  const lead =
    "Somebody wants alerts of Causeloop to be sent to your address. Nothing is sent unless you agree.";
  return page(
    "Alerts by e-mail",
    h("p", { class: "lead" }, lead),
    message,
    h("div", { class: "buttons" }, button, leave),
  );
}

/**
 * @param {string} title
 * @param {...Content} content
 */
function page(title, ...content) {
  return h("div", { class: "sign-in" }, h("h1", {}, title), content);
}
