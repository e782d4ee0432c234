// Signing in with a service-account key, or with e-mail and password and, if there are several, a workspace.

import { get, messageOf, post } from "../../lib/client.js";
import { h } from "../../lib/elements.js";
import {
  clearSession,
  isSignedIn,
  saveKey,
  saveTokens,
  signInMethods,
  startSingleSignOn,
} from "../../lib/session.js";

/** @import { Attributes, Content, FormValues, Model } from "../../types.js" */

/**
 * The screen for people who are not signed in.
 * @param {() => unknown} onDone
 * @param {string} [why]
 */
export function signInScreen(onDone, why) {
  const message = h("p", { class: "form-error", role: "alert" }, why ?? "");
  return h(
    "div",
    { class: "sign-in" },
    h("h1", {}, "Causeloop"),
    h("p", { class: "lead" }, "What keeps failing, what to fix first, and whether the last fix held."),
    message,
    atProvider(message),
    h("div", { class: "sign-in-ways" }, byPassword(onDone, message), byKey(onDone, message)),
    offerReset(message),
  );
}

/**
 * The question whether to use the key of a link.
 * @param {string} key
 * @param {() => unknown} onAnswer
 */
export function linkScreen(key, onAnswer) {
  const use = () => {
    saveKey(key);
    onAnswer();
  };
  return h(
    "div",
    { class: "sign-in" },
    h("h1", {}, "Sign in with the key of this link?"),
    h(
      "p",
      { class: "lead" },
      "The link that you opened signs you in to the workspace of a key. Continue only if you made the link yourself, ",
      "for example with causeloop up: otherwise what you enter here belongs to somebody else's workspace.",
    ),
    isSignedIn() ? h("p", {}, "You are signed in already. Continuing replaces that session.") : null,
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", class: "main", onclick: use }, "Sign in with this key"),
      h("button", { type: "button", onclick: () => onAnswer() }, "Do not use it"),
    ),
  );
}

/**
 * Single sign-on, where the installation has an identity provider.
 * @param {HTMLElement} message
 * @param {string} [workspaceId]
 */
export function atProvider(message, workspaceId) {
  if (!signInMethods().single_sign_on) return null;
  const start = async () => {
    message.textContent = "";
    await startSingleSignOn(workspaceId).catch((error) => {
      message.textContent = messageOf(error);
    });
  };
  const button = { type: "button", class: "main", onclick: start };
  return h("p", {}, h("button", button, "Sign in with single sign-on"));
}

/**
 * Ask for a link by e-mail, where the installation can send one.
 * @param {HTMLElement} message
 */
function offerReset(message) {
  if (!signInMethods().password_reset) return null;
  const send = async () => {
    const { value: email } = /** @type {HTMLInputElement} */ (document.getElementById("sign-in-email"));
    try {
      await post("/v1/auth/password-reset", {}, { email });
      message.textContent = "If this address has a password here, a link to set a new one is on its way.";
    } catch (error) {
      message.textContent = email ? messageOf(error) : "Enter your e-mail address above first.";
    }
  };
  return h("p", {}, h("button", { type: "button", onclick: send }, "Forgot your password?"));
}

/**
 * @param {() => unknown} onDone
 * @param {HTMLElement} message
 */
function byPassword(onDone, message) {
  const email = field("email", "E-mail", { type: "email", autocomplete: "username", required: true });
  const password = field("password", "Password", {
    type: "password",
    autocomplete: "current-password",
    required: true,
  });
  const choice = h("div", { class: "field", hidden: true });
  /** @type {Set<string>} */
  const invitations = new Set();
  /** @param {FormValues} values */
  const enter = async (values) => {
    clearSession();
    const { email, password, workspace_id = null } = values;
    const body = { email, password, workspace_id, consent: invitations.has(workspace_id), has_choice: true };
    const answer = await post("/v1/auth/login", {}, body);
    if ("workspaces" in answer) {
      for (const { id, is_invitation } of answer.workspaces) if (is_invitation) invitations.add(id);
      return showWorkspaces(choice, answer.workspaces);
    }
    saveTokens(answer);
    return onDone();
  };
  return form("With your password", "Sign in", [email, password, choice], enter, message);
}

/**
 * Let somebody who belongs to several workspaces choose one by its name.
 * @param {HTMLElement} choice
 * @param {Model<"WorkspaceChoice">[]} workspaces
 */
function showWorkspaces(choice, workspaces) {
  /** @param {Model<"WorkspaceChoice">} workspace */
  const nameOf = ({ organization, name, role, is_invitation }) =>
    is_invitation ? `Join ${organization}: ${name}, as ${role}` : `${organization}: ${name}`;
  const options = workspaces.map((each) => h("option", { value: each.id }, nameOf(each)));
  const isOneInvited = workspaces.length === 1;
  const help = { id: "sign-in-workspace-help", class: "help", role: "status" };
  const select = h(
    "select",
    { id: "sign-in-workspace", name: "workspace_id", "aria-describedby": help.id },
    options,
  );
  choice.replaceChildren(
    h("label", { for: "sign-in-workspace" }, "Workspace"),
    select,
    h(
      "p",
      help,
      isOneInvited
        ? "You are invited to this workspace. Signing in now joins it."
        : "You belong to several workspaces: choose one, then sign in.",
    ),
  );
  choice.hidden = false;
  select.focus();
}

/**
 * @param {() => unknown} onDone
 * @param {HTMLElement} message
 */
function byKey(onDone, message) {
  const help = "Starts with cl_. The browser keeps it until you sign out, where no script can read it.";
  const key = field(
    "key",
    "Service-account key",
    { type: "password", autocomplete: "off", required: true, pattern: "\\s*cl_[A-Za-z0-9_\\-]+\\s*" },
    help,
  );
  /** @param {FormValues} values */
  const enter = async (values) => {
    saveKey(values.key);
    try {
      await get("/v1/me");
    } catch (error) {
      clearSession();
      throw error;
    }
    return onDone();
  };
  return form("With a key", "Use this key", [key], enter, message);
}

/**
 * @param {string} title
 * @param {string} verb
 * @param {Content} fields
 * @param {(values: FormValues) => Promise<unknown>} enter
 * @param {HTMLElement} message
 */
function form(title, verb, fields, enter, message) {
  const button = h("button", { type: "submit", class: "main" }, verb);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    const values = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    try {
      message.textContent = "";
      await enter(values);
    } catch (error) {
      message.textContent = messageOf(error);
    } finally {
      button.disabled = false;
    }
  };
  return h("form", { onsubmit: submit }, h("h2", {}, title), fields, button);
}

/**
 * @param {string} name
 * @param {string} label
 * @param {Attributes} attributes
 * @param {string} [help]
 */
function field(name, label, attributes, help) {
  const id = `sign-in-${name}`;
  const helpId = `${id}-help`;
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    h("input", { id, name, spellcheck: "false", "aria-describedby": help ? helpId : null, ...attributes }),
    help ? h("p", { class: "help", id: helpId }, help) : null,
  );
}
