// Service-account keys: for programs that send issues or read results.

import { get, post, remove } from "../../lib/client.js";
import { askingButton, dialogButton, showSecret } from "../../lib/dialog.js";
import { h, section, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { ago, day } from "../../lib/format.js";
import { givableRoles } from "../../lib/roles.js";
import { empty } from "../../lib/states.js";
import { settingsScreen } from "./frame.js";

export async function showKeys({ me, signal, reload }) {
  const keys = await get("/v1/service-accounts", {}, { limit: 100 }, signal);
  const create = dialogButton("Create a key", "Create a key", (close) => newKey(me, close, reload), { className: "main" });
  return settingsScreen(
    me,
    "/settings/keys",
    "Keys",
    section(
      "Service-account keys",
      { beside: create },
      h("p", { class: "lead" }, "A key lets a program act in this workspace. Only a hash of it is stored."),
      keys.data.length ? keysTable(keys.data, reload) : empty("No keys yet."),
    ),
  );
}

function stateOf(row) {
  if (row.revoked_at) return `revoked ${day(row.revoked_at)}`;
  if (row.expires_at && new Date(row.expires_at) < new Date()) return `expired ${day(row.expires_at)}`;
  return row.expires_at ? `until ${day(row.expires_at)}` : "no end";
}

function keysTable(rows, reload) {
  const columns = [
    { title: "Name", className: "wide", cell: (row) => row.name },
    { title: "Role", cell: (row) => row.role },
    { title: "Created", cell: (row) => day(row.created_at) },
    { title: "Last used", cell: (row) => ago(row.last_used_at) },
    { title: "Valid", cell: stateOf },
    {
      title: "Change",
      cell: (row) =>
        row.revoked_at
          ? h("span", { class: "quiet" }, "–")
          : askingButton(
              "Revoke",
              `Programs that use “${row.name}” are refused from now on. This cannot be undone.`,
              "Revoke the key",
              () => remove("/v1/service-accounts/{account_id}", { account_id: row.id }).then(reload),
              { done: "Revoked.", className: "plain", label: `Revoke ${row.name}` },
            ),
    },
  ];
  return table("Service-account keys", columns, rows, { className: "stacked" });
}

function newKey(me, close, reload) {
  const fields = [
    { name: "name", label: "Name", required: true, maxlength: 120, help: "What uses it, such as “ticket loader”." },
    {
      name: "role",
      label: "Role",
      kind: "select",
      value: "analyst",
      options: givableRoles(me).map((role) => [role, role]),
      help: "Sending issues needs the analyst role.",
    },
    {
      name: "expires_at",
      label: "Valid until",
      kind: "date",
      help: "Empty: for a year. At most two years.",
      read: (value) => value && `${value}T00:00:00Z`,
    },
  ];
  const send = (values) => post("/v1/service-accounts", {}, values);
  const onDone = (created) => {
    close();
    reload();
    showSecret(`The key “${created.name}”`, "Store it now: it is not shown again.", created.key);
  };
  return form({ id: "key", fields, verb: "Create", send, onDone });
}
