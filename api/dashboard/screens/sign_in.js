// Signing in: with a service-account key, or with e-mail and password, choosing a workspace where there are several.

import { get, post } from "../lib/client.js";
import { h } from "../lib/elements.js";
import { forget, keepKey, keepTokens } from "../lib/session.js";

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
  const choice = h("div", { class: "field", hidden: true });
  const enter = async (values) => {
    forget();
    const { email, password, workspace_id = null } = values;
    try {
      keepTokens(await post("/v1/auth/login", {}, { email, password, workspace_id }));
    } catch (error) {
      if (error.code !== "workspace_required") throw error;
      offer(choice, error.problem.workspaces);
      throw new Error("You belong to several workspaces: choose one, then sign in.");
    }
  };
  return form("With your password", "Sign in", [email, password, choice], enter, onDone, said);
}

/** Let somebody who belongs to several workspaces choose one by its name. */
function offer(choice, workspaces) {
  const options = workspaces.map(({ id, organization, name }) =>
    h("option", { value: id }, organization ? `${organization}: ${name}` : id),
  );
  const select = h("select", { id: "sign-in-workspace", name: "workspace_id" }, options);
  choice.replaceChildren(h("label", { for: "sign-in-workspace" }, "Workspace"), select);
  choice.hidden = false;
  select.focus();
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
