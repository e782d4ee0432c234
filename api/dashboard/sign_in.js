// Signing in: with a service-account key, or with e-mail, password and workspace.

import { get, post } from "./client.js";
import { h } from "./elements.js";
import { forget, keepKey, keepTokens } from "./session.js";

/** The first screen of somebody who is not signed in. */
export function signInScreen(onDone, why) {
  const said = h("p", { class: "form-error", role: "alert" }, why ?? "");
  return h(
    "div",
    { class: "sign-in" },
    h("h1", {}, "Causeloop"),
    h("p", { class: "lead" }, "What keeps failing, what to fix first, and whether the last fix held."),
    said,
    h("div", { class: "sign-in-ways" }, byPassword(onDone, said), byKey(onDone, said)),
  );
}

function byPassword(onDone, said) {
  const email = field("email", "E-mail", { type: "email", autocomplete: "username", required: true });
  const password = field("password", "Password", {
    type: "password",
    autocomplete: "current-password",
    required: true,
  });
  const workspace = field(
    "workspace_id",
    "Workspace id",
    { autocomplete: "off" },
    "Only if you belong to several.",
  );
  const enter = async (values) => {
    forget();
    const body = {
      email: values.email,
      password: values.password,
      workspace_id: values.workspace_id.trim() || null,
    };
    keepTokens(await post("/v1/auth/login", {}, body));
  };
  return form("With your password", "Sign in", [email, password, workspace], enter, onDone, said);
}

function byKey(onDone, said) {
  const help = "Begins with cl_. It is kept in this tab only, until you close it or sign out.";
  const key = field(
    "key",
    "Service-account key",
    { type: "password", autocomplete: "off", required: true, pattern: "\\s*cl_[A-Za-z0-9_\\-]+\\s*" },
    help,
  );
  const enter = async (values) => {
    keepKey(values.key);
    try {
      await get("/v1/me");
    } catch (error) {
      forget();
      throw error;
    }
  };
  return form("With a key", "Use this key", [key], enter, onDone, said);
}

function form(title, verb, fields, enter, onDone, said) {
  const button = h("button", { type: "submit", class: "main" }, verb);
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    const values = Object.fromEntries(new FormData(event.target));
    try {
      await enter(values);
      await onDone();
    } catch (error) {
      said.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  };
  return h("form", { onsubmit: submit }, h("h2", {}, title), fields, button);
}

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
