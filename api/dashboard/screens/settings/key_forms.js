// What keys of service accounts and of people have in common: how they are made, rotated, revoked and listed.

import { confirmButton, dialogButton, showSecret } from "../../lib/dialog.js";
import { h, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { ago, day, minute } from "../../lib/format.js";
import { assignableRoles } from "../../lib/roles.js";

/** @import { Column, Fields, FormValues, Me, Model, Role } from "../../types.js" */
/** @typedef {Model<"ServiceAccount"> | Model<"PersonalKey">} Key */
/** @typedef {{ rotate: (id: string, values: FormValues) => Promise<unknown>, revoke: (id: string) => Promise<unknown> }} KeyCalls */

const READING = [
  "changes:read",
  "clusters:read",
  "issues:read",
  "patterns:read",
  "predictions:read",
  "recommendations:read",
];
/** @type {Record<string, [text: string, scopes: string[] | undefined]>} */
const LIMITS = {
  "": ["All that its role may", undefined],
  ingest: ["Only sending issues and changes", ["ingestion:write"]],
  results: ["Only reading issues and results", READING],
};
/** @type {[number, string][]} */
const OVERLAPS = [
  [24, "for a day"],
  [168, "for a week"],
  [0, "not at all: it may have leaked"],
];

/**
 * The table of keys; `kind` has the calls {rotate(id, values), revoke(id)} and says what the keys are.
 * @param {string} title
 * @param {Key[]} rows
 * @param {KeyCalls} kind
 * @param {() => void} reload
 */
export function keysTable(title, rows, kind, reload) {
  /** @type {Column<Key>[]} */
  const columns = [
    { title: "Name", className: "wide", cell: (row) => [row.name, formerUse(row)] },
    { title: "Role", cell: (row) => row.role },
    { title: "Limited to", cell: (row) => limitOf(row.scopes) },
    { isMinor: true, title: "Created", cell: (row) => day(row.created_at) },
    { title: "Last used", cell: (row) => ago(row.last_used_at) },
    { title: "Valid", cell: stateOf },
    {
      title: "Change",
      cell: (row) => (row.revoked_at ? h("span", { class: "quiet" }, "–") : actionsOf(row, kind, reload)),
    },
  ];
  return table(title, columns, rows, { className: "stacked" });
}

/** @param {string[] | null} scopes */
function limitOf(scopes) {
  if (!scopes) return h("span", { class: "quiet" }, "its role");
  const known = Object.values(LIMITS).find(([, value]) => value?.join() === scopes.join());
  return known ? known[0].replace("Only ", "") : scopes.join(", ");
}

/**
 * Whether programs still use the key of before the rotation: only when none does is it safe to let it end.
 * @param {Key} row
 */
function formerUse(row) {
  if (!row.former_expires_at) return null;
  const used = row.former_used_at ? `, last used ${ago(row.former_used_at)}` : ", not used since";
  return h("span", { class: "below" }, `The former key works until ${minute(row.former_expires_at)}${used}.`);
}

/** @param {Key} row */
function stateOf(row) {
  if (row.revoked_at) return `revoked ${day(row.revoked_at)}`;
  if (row.expires_at && new Date(row.expires_at) < new Date()) return `expired ${day(row.expires_at)}`;
  return row.expires_at ? `until ${day(row.expires_at)}` : "no end";
}

/**
 * @param {Key} row
 * @param {KeyCalls} options
 * @param {() => void} reload
 */
function actionsOf(row, { rotate, revoke }, reload) {
  return h(
    "span",
    { class: "beside" },
    dialogButton("Rotate", `Rotate ${row.name}`, (close) => rotationForm(row, rotate, close, reload), {
      className: "plain",
      label: `Rotate ${row.name}`,
    }),
    confirmButton(
      "Revoke",
      `Programs that use “${row.name}” are refused from now on. This cannot be undone.`,
      "Revoke the key",
      () => revoke(row.id).then(reload),
      { done: "Revoked.", className: "plain", label: `Revoke ${row.name}` },
    ),
  );
}

/**
 * @param {Key} row
 * @param {KeyCalls["rotate"]} rotate
 * @param {() => void} close
 * @param {() => void} reload
 */
function rotationForm(row, rotate, close, reload) {
  /** @type {Fields} */
  const fields = [
    {
      name: "overlap_hours",
      label: "The current key keeps working",
      kind: "select",
      value: 24,
      options: OVERLAPS,
      read: Number,
      help: "Give programs the new key meanwhile.",
    },
  ];
  /** @param {FormValues} values */
  const send = (values) => rotate(row.id, values);
  return form({ id: "rotate", fields, verb: "Create a new key", send, onDone: showNewKey(close, reload) });
}

/**
 * The form of a new key; `send(values)` makes it.
 * @param {{ me: Me, role: Role, help: string, lifetime: string, send: (values: FormValues) => unknown, close: () => void, reload: () => void }} options
 */
export function newKeyForm({ me, role, help, lifetime, send, close, reload }) {
  /** @type {Fields} */
  const fields = [
    {
      name: "name",
      label: "Name",
      required: true,
      maxlength: 120,
      help: "What uses it, such as “ticket loader”.",
    },
    {
      name: "role",
      label: "Role",
      kind: "select",
      value: role,
      options: assignableRoles(me).map((name) => [name, name]),
      help,
    },
    {
      name: "scopes",
      label: "Limited to",
      kind: "select",
      value: "",
      options: Object.entries(LIMITS).map(([key, [text]]) => [key, text]),
      read: (key) => LIMITS[key ?? ""][1],
    },
    {
      name: "expires_at",
      label: "Valid until",
      kind: "date",
      help: `Empty: for ${lifetime}. At most two years.`,
      read: (value) => value && `${value}T00:00:00Z`,
    },
  ];
  return form({ id: "key", fields, verb: "Create", send, onDone: showNewKey(close, reload) });
}

/**
 * @param {() => void} close
 * @param {() => void} reload
 */
const showNewKey = (close, reload) => (/** @type {Model<"CreatedPersonalKey">} */ made) => {
  close();
  reload();
  showSecret(`The key “${made.name}”`, "Store it now: it is not shown again.", made.key);
};
