// Coming in by a link: creating the first organization, and accepting an invitation with a password.

import { get, messageOf, post } from "../../lib/client.js";
import { h } from "../../lib/elements.js";
import { clearSession, resumeSession, saveTokens } from "../../lib/session.js";
import { atProvider } from "./sign_in.js";

/** @import { Attributes, Content, FormValues, Model } from "../../types.js" */

const MIN_LENGTH = 12;

/**
 * What a link invites to, and the form that accepts it.
 * @param {string} token
 * @param {() => unknown} onDone
 */
export async function acceptScreen(token, onDone) {
  const message = h("p", { class: "form-error", role: "alert" }, "");
  let invitation;
  try {
    invitation = await post("/v1/auth/invitation", {}, { token });
  } catch (error) {
    return page("This link cannot be used", [h("p", { class: "lead" }, messageOf(error))]);
  }
  const title = `Join ${invitation.workspace} of ${invitation.organization}`;
  const lead = h(
    "p",
    { class: "lead" },
    `You are invited as ${invitation.role}, with the address ${invitation.email}.`,
  );
  if (invitation.proof === "single_sign_on") {
    const how = "You have an account that signs in with single sign-on. You join after signing in.";
    return page(title, [lead, message, h("p", {}, how), atProvider(message, invitation.workspace_id)]);
  }
  /** @param {FormValues} options */
  const enter = async ({ password }) => {
    clearSession();
    const accepted = await post("/v1/auth/accept", {}, { token, consent: true, password });
    const { email, workspace_id } = accepted;
    const answer = await post("/v1/auth/login", {}, { email, password, workspace_id });
    if ("access_token" in answer) saveTokens(answer);
  };
  const fields = passwordFields(invitation);
  return page(title, [lead, message, form("Accept and sign in", fields, enter, onDone, message)]);
}

/**
 * The form that creates the first organization; its owner accepts at once.
 * @param {string} token
 * @param {(token: string) => unknown} onCreated
 */
export function startScreen(token, onCreated) {
  const message = h("p", { class: "form-error", role: "alert" }, "");
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const fields = [
    field("organization", "Organization", { required: true, maxlength: "120" }),
    field("name", "Your name", { required: true, maxlength: "120", autocomplete: "name" }),
    field("email", "Your e-mail address", { type: "email", required: true, autocomplete: "username" }),
  ];
  /** @type {string | null} */
  let link = null;
  /** @param {FormValues} values */
  const enter = async (values) => {
    clearSession();
    const created = await post("/v1/organizations", {}, { ...values, timezone, token });
    link = created.invitation_link;
    if (!link) throw new Error(`Created. The link to set your password was sent to ${created.email}.`);
  };
  const done = () => onCreated(new URL(link ?? "").hash.replace("#accept=", ""));
  const lead = h("p", { class: "lead" }, "Create your organization. You will be its owner.");
  return page("Welcome to Causeloop", [lead, message, form("Create", fields, enter, done, message)]);
}

/**
 * What somebody who has signed in at the identity provider may join.
 * @param {() => unknown} onDone
 */
export async function joinScreen(onDone) {
  const message = h("p", { class: "form-error", role: "alert" }, "");
  let pending;
  try {
    pending = await get("/v1/auth/join");
  } catch (error) {
    return page("Nothing was joined", [h("p", { class: "lead" }, messageOf(error)), leave(onDone)]);
  }
  if (!pending.workspaces.length)
    return page("This invitation was withdrawn", [h("p", { class: "lead" }, "Ask an admin."), leave(onDone)]);
  const lead = `You have signed in${pending.email ? ` as ${pending.email}` : ""}, and join a workspace only if you say so.`;
  const offers = pending.workspaces.map((offer) => offerOf(offer, message, onDone));
  return page("Join a workspace?", [h("p", { class: "lead" }, lead), message, offers, leave(onDone)]);
}

/**
 * @param {Model<"WorkspaceChoice">} offer
 * @param {HTMLElement} message
 * @param {() => unknown} onDone
 */
function offerOf({ id, organization, name, role }, message, onDone) {
  const button = h("button", { type: "button", class: "main" }, `Join ${name} of ${organization}`);
  button.addEventListener("click", async () => {
    button.disabled = true;
    message.textContent = "";
    try {
      await post("/v1/auth/join", {}, { workspace_id: id, consent: true });
      await resumeSession();
      await onDone();
    } catch (error) {
      message.textContent = messageOf(error);
      button.disabled = false;
    }
  });
  const what = `${organization} invites you to ${name} as ${role}. What you enter there belongs to ${organization}.`;
  return h("div", { class: "field" }, h("p", {}, what), h("div", { class: "buttons" }, button));
}

/** @param {() => unknown} onDone */
const leave = (onDone) => h("p", {}, h("button", { type: "button", onclick: () => onDone() }, "Not now"));

/** @param {Model<"Invitation">} invitation */
function passwordFields({ email, proof, organization, opens_all }) {
  const isNew = proof === "new_password";
  const reach = opens_all ? "" : ` It opens ${organization} only.`;
  const password = field(
    "password",
    isNew ? "Choose a password" : "The password of your account",
    {
      type: "password",
      required: true,
      minlength: isNew ? String(MIN_LENGTH) : null,
      autocomplete: isNew ? "new-password" : "current-password",
    },
    isNew ? `At least ${MIN_LENGTH} characters.${reach}` : null,
  );
  const username = h("input", { type: "hidden", name: "username", autocomplete: "username", value: email });
  return [username, password];
}

/**
 * @param {string} title
 * @param {Content} content
 */
function page(title, content) {
  return h("div", { class: "sign-in" }, h("h1", {}, title), content);
}

/**
 * @param {string} verb
 * @param {Content} fields
 * @param {(values: FormValues) => Promise<void>} enter
 * @param {() => unknown} onDone
 * @param {HTMLElement} message
 */
function form(verb, fields, enter, onDone, message) {
  const button = h("button", { type: "submit", class: "main" }, verb);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    message.textContent = "";
    try {
      await enter(Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target))));
      await onDone();
    } catch (error) {
      message.textContent = messageOf(error);
    } finally {
      button.disabled = false;
    }
  };
  return h("form", { onsubmit: submit }, fields, button);
}

/**
 * @param {string} name
 * @param {string} label
 * @param {Attributes} attributes
 * @param {string | null} [help]
 */
function field(name, label, attributes, help) {
  const id = `accept-${name}`;
  const helpId = `${id}-help`;
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    h("input", { id, name, "aria-describedby": help ? helpId : null, ...attributes }),
    help ? h("p", { class: "help", id: helpId }, help) : null,
  );
}
