// The directory: where an identity provider sends people and groups to, and the role that each group gives.

import { get, patch, post, remove } from "../../lib/client.js";
import { confirmButton, dialogButton, showSecret } from "../../lib/dialog.js";
import { facts, h, section, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { ago, day, minute, number } from "../../lib/format.js";
import { assignableRoles } from "../../lib/roles.js";
import { empty } from "../../lib/states.js";
import { settingsScreen } from "./frame.js";

/** @import { Column, Fields, FormValues, Me, Model, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showDirectory(context) {
  const { me, workspace, signal, reload } = context;
  const [directory, groups] = await Promise.all([
    get("/v1/directory", {}, {}, signal),
    get("/v1/directory/groups", {}, {}, signal),
  ]);
  const isIncluded = workspace.features.includes("directory");
  return settingsScreen(
    context,
    section(
      "Directory",
      {},
      h(
        "p",
        { class: "lead" },
        "Okta, Microsoft Entra or another identity provider can manage the members of this workspace through SCIM 2.0.",
      ),
      isIncluded ? null : h("p", { class: "prose" }, "The directory is part of the growth plan and above."),
      connectionFacts(directory),
      isIncluded || directory.is_connected ? tokenButtons(directory, isIncluded, reload) : null,
    ),
    groupsSection(groups.data, me, reload),
  );
}

/** @param {Model<"DirectoryConnection">} directory */
const connectionFacts = (directory) =>
  facts([
    ["Base URL", h("code", {}, directory.base_url)],
    ["Token", directory.is_connected ? `made ${day(directory.created_at)}` : "none"],
    ["Last used", directory.is_connected ? ago(directory.last_used_at) : null],
    [
      "The former token works until",
      directory.former_expires_at ? minute(directory.former_expires_at) : null,
    ],
    ["People it manages", number(directory.people)],
  ]);

/**
 * @param {Model<"DirectoryConnection">} directory
 * @param {boolean} isIncluded
 * @param {() => void} reload
 */
function tokenButtons(directory, isIncluded, reload) {
  const make = dialogButton(
    directory.is_connected ? "Replace the token" : "Create a token",
    "A token for the identity provider",
    (close) => tokenForm(directory, close, reload),
    { className: "main" },
  );
  const end = confirmButton(
    "Disconnect",
    "The identity provider is refused from now on. People and their roles stay as they are.",
    "Disconnect the directory",
    () => remove("/v1/directory").then(reload),
    { done: "Disconnected." },
  );
  return h("div", { class: "buttons" }, isIncluded ? make : null, directory.is_connected ? end : null);
}

/**
 * @param {Model<"DirectoryConnection">} directory
 * @param {() => void} close
 * @param {() => void} reload
 */
function tokenForm(directory, close, reload) {
  /** @type {Fields} */
  const fields = [
    directory.is_connected
      ? {
          name: "overlap_hours",
          label: "The current token keeps working",
          kind: "select",
          value: 24,
          options: [
            [24, "for a day"],
            [0, "not at all"],
          ],
          read: Number,
        }
      : null,
  ];
  /** @param {FormValues} values */
  const send = (values) => post("/v1/directory/token", {}, values);
  /** @param {Model<"CreatedToken">} createdToken */
  const onDone = ({ token }) => {
    close();
    reload();
    showSecret(
      "The token of the directory",
      "Enter it at the identity provider, with the base URL: it is not shown again.",
      token,
    );
  };
  return form({ id: "token", fields, verb: "Create the token", send, onDone });
}

/**
 * @param {Model<"GroupRole">[]} groups
 * @param {Me} me
 * @param {() => void} reload
 */
function groupsSection(groups, me, reload) {
  /** @type {Column<Model<"GroupRole">>[]} */
  const columns = [
    { title: "Group", className: "wide", cell: (row) => row.display_name },
    { title: "Members", cell: (row) => number(row.members) },
    { title: "Role", cell: (row) => row.role ?? h("span", { class: "quiet" }, "none") },
    {
      title: "Change",
      cell: (row) =>
        dialogButton("Role", `Role of ${row.display_name}`, (close) => roleForm(row, me, close, reload), {
          className: "plain",
          label: `Change the role of ${row.display_name}`,
        }),
    },
  ];
  return section(
    "Groups and their roles",
    {},
    h(
      "p",
      { class: "prose" },
      "A person has the highest role of their groups, and is a viewer without any. The last owner stays.",
    ),
    groups.length
      ? table("Groups of the directory", columns, groups, { className: "stacked" })
      : empty("No groups yet.", "They appear when the identity provider sends them."),
  );
}

/**
 * @param {Model<"GroupRole">} row
 * @param {Me} me
 * @param {() => void} close
 * @param {() => void} reload
 */
function roleForm(row, me, close, reload) {
  /** @type {[string, string][]} */
  const options = [
    ["", "none"],
    ...assignableRoles(me).map((role) => /** @type {[string, string]} */ ([role, role])),
  ];
  /** @type {Fields} */
  const fields = [
    {
      name: "role",
      label: "Its members are",
      kind: "select",
      value: row.role ?? "",
      options,
      read: (role) => role ?? null,
    },
  ];
  /** @param {FormValues} values */
  const send = (values) => patch("/v1/directory/groups/{group_id}", { group_id: row.id }, values);
  const onDone = () => {
    close();
    reload();
  };
  return form({ id: "group-role", fields, verb: "Save", send, done: "The role is saved.", onDone });
}
