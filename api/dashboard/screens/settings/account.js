// The account of the person who is signed in: the password, own keys, and where else it is signed in.

import { get, post, remove } from "../../lib/client.js";
import { confirmButton, dialogButton } from "../../lib/dialog.js";
import { h, section, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { ago, day, minute } from "../../lib/format.js";
import { programOf } from "../../lib/programs.js";
import { action, empty, partSection } from "../../lib/states.js";
import { SignInMethod } from "../../lib/vocabulary.js";
import { settingsScreen } from "./frame.js";
import { keysTable, newKeyForm } from "./key_forms.js";

/** @import { Column, Fields, FormValues, Me, Model, ScreenContext } from "../../types.js" */

const MIN_LENGTH = 12;

/** @param {ScreenContext} context */
export async function showAccount(context) {
  const { me, signal, reload } = context;
  const isPerson = me.kind === "user";
  return settingsScreen(
    context,
    isPerson
      ? [
          section("Password", {}, passwordForm()),
          partSection("Your keys", "your keys", () => ownKeys(me, signal, reload)),
          partSection("Where you are signed in", "your sessions", () => sessions(signal, reload)),
        ]
      : empty("You are signed in with a key.", "A key has no password: an admin can revoke it under “Keys”."),
  );
}

function passwordForm() {
  /**
   * @param {string} name
   * @param {string} label
   * @param {string} autocomplete
   * @param {string} [help]
   */
  const password = (name, label, autocomplete, help) => ({
    ...{ name, label, help, autocomplete, kind: "password", required: true, maxlength: 1000 },
  });
  /** @type {Fields} */
  const fields = [
    password("current_password", "Current password", "current-password"),
    password("new_password", "New password", "new-password", `At least ${MIN_LENGTH} characters.`),
  ];
  /** @param {FormValues} values */
  const send = (values) => post("/v1/me/password", {}, values);
  const done = "The password is changed. All other sessions have ended.";
  return form({
    id: "password",
    fields,
    verb: "Change the password",
    send,
    done,
    onDone: () => location.reload(),
  });
}

const KIND = {
  /**
   * @param {string} id
   * @param {FormValues} values
   */
  rotate: (id, values) => post("/v1/me/keys/{key_id}/rotate", { key_id: id }, values),
  /** @param {string} id */
  revoke: (id) => remove("/v1/me/keys/{key_id}", { key_id: id }),
};

/**
 * @param {Me} me
 * @param {AbortSignal} signal
 * @param {() => void} reload
 */
async function ownKeys(me, signal, reload) {
  const rows = (await get("/v1/me/keys", {}, {}, signal)).data;
  /** @param {FormValues} values */
  const send = (values) => post("/v1/me/keys", {}, values);
  const help = "Never more than your own role.";
  /** @param {() => void} close */
  const build = (close) => newKeyForm({ me, role: "viewer", help, lifetime: "90 days", send, close, reload });
  return h(
    "div",
    {},
    h(
      "p",
      { class: "prose" },
      "A key of yours lets a program act as you in this workspace, until your membership ends.",
    ),
    rows.length ? keysTable("Your keys", rows, KIND, reload) : empty("No keys yet."),
    h("p", { class: "more" }, dialogButton("Create a key", "Create a key of yours", build)),
  );
}

/**
 * @param {AbortSignal} signal
 * @param {() => void} reload
 */
async function sessions(signal, reload) {
  const rows = (await get("/v1/sessions", {}, {}, signal)).data;
  /** @param {Model<"OwnSession">} row */
  const end = (row) =>
    action("End", () => remove("/v1/sessions/{session_id}", { session_id: row.id }).then(reload), {
      done: "The session has ended.",
      className: "plain",
      label: `End the session of ${programOf(row.client)}`,
    });
  /** @type {Column<Model<"OwnSession">>[]} */
  const columns = [
    {
      title: "Program",
      className: "wide",
      cell: (row) => h("span", { title: row.client }, programOf(row.client)),
    },
    { title: "By", cell: (row) => SignInMethod.labels[row.method] },
    { title: "Since", cell: (row) => minute(row.started_at) },
    { title: "Last used", cell: (row) => ago(row.last_used_at) },
    { title: "Ends", cell: (row) => day(row.ends_at) },
    { title: "", cell: (row) => (row.is_current ? h("span", { class: "quiet" }, "this one") : end(row)) },
  ];
  const endAll = confirmButton(
    "Sign out everywhere",
    "All your sessions end, also this one.",
    "End all sessions",
    () => remove("/v1/sessions").then(() => location.reload()),
    { className: "" },
  );
  return h(
    "div",
    {},
    table("Your sessions", columns, rows, { className: "stacked" }),
    h("p", { class: "more" }, endAll),
  );
}
