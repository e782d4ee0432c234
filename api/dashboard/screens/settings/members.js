// Members: invitations, roles, suspension and removal, and the seats that they take.

import { get, patch, post, remove } from "../../lib/client.js";
import { confirmButton, dialogButton, openDialog, showSecret } from "../../lib/dialog.js";
import { h, section, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { day, number, pluralize } from "../../lib/format.js";
import { assignableRoles } from "../../lib/roles.js";
import { action } from "../../lib/states.js";
import { RoleName } from "../../lib/vocabulary.js";
import { settingsScreen } from "./frame.js";

/** @import { Column, Field, Fields, FormValues, Me, Model, Role, ScreenContext } from "../../types.js" */

const LIMIT = 100;

/** @param {ScreenContext} context */
export async function showMembers(context) {
  const { me, signal, reload } = context;
  const [members, organization] = await Promise.all([
    get("/v1/members", {}, { limit: LIMIT }, signal),
    get("/v1/organization", {}, {}, signal),
  ]);
  const invite = dialogButton("Invite", "Invite a person", (close) => invitationForm(me, close, reload), {
    className: "main",
  });
  return settingsScreen(
    context,
    section(
      "Members",
      { beside: invite },
      h(
        "p",
        { class: "quiet" },
        `${number(organization.seats_taken)} of ${pluralize(organization.seats_total, "seat")} of the organization taken. A person takes a seat when they join.`,
      ),
      membersTable(members.data, me, reload),
      members.page.has_more
        ? h("p", { class: "quiet" }, `The first ${LIMIT} of ${number(members.page.total)}.`)
        : null,
    ),
  );
}

/**
 * @param {Model<"Member">[]} rows
 * @param {Me} me
 * @param {() => void} reload
 */
function membersTable(rows, me, reload) {
  /** @type {Column<Model<"Member">>[]} */
  const columns = [
    {
      title: "Person",
      className: "wide",
      cell: (row) => [row.name ?? row.email, row.name ? h("span", { class: "below" }, row.email) : null],
    },
    { isClear: true, title: "Role", cell: (row) => row.role },
    {
      isClear: true,
      title: "Status",
      cell: (row) => h("span", { class: `mark-word status-${row.status}` }, row.status),
    },
    { title: "Since", cell: (row) => day(row.created_at) },
    { isClear: true, title: "Change", cell: (row) => actionsOf(row, me, reload) },
  ];
  return table("Members of the workspace", columns, rows, { className: "stacked" });
}

/**
 * @param {Model<"Member">} row
 * @param {Me} me
 * @param {() => void} reload
 */
function actionsOf(row, me, reload) {
  if (row.user_id === me.id) return h("span", { class: "quiet" }, "you");
  if (!assignableRoles(me).includes(row.role)) return h("span", { class: "quiet" }, "needs an owner");
  const who = row.name ?? row.email;
  /** @param {Model<"MemberChange">} body */
  const change = (body) => patch("/v1/members/{user_id}", { user_id: row.user_id }, body).then(reload);
  /**
   * @param {string} text
   * @param {"active" | "suspended"} status
   * @param {string} done
   */
  const statusButton = (text, status, done) =>
    action(text, () => change({ status }), { done, className: "plain", label: `${text} ${who}` });
  return h(
    "span",
    { class: "beside" },
    dialogButton("Role", `Role of ${who}`, (close) => roleForm(row, me, change, close), {
      className: "plain",
      label: `Change the role of ${who}`,
    }),
    row.status === "invited" ? newLinkButton(row, who) : null,
    row.status === "active" ? statusButton("Suspend", "suspended", "Suspended: the seat is free.") : null,
    row.status === "suspended" ? statusButton("Reactivate", "active", "Reactivated.") : null,
    confirmButton(
      "Remove",
      `${who} loses access to this workspace at once. Notes and corrections stay.`,
      "Remove the member",
      () => remove("/v1/members/{user_id}", { user_id: row.user_id }).then(reload),
      { done: "Removed.", className: "plain", label: `Remove ${who}` },
    ),
  );
}

/**
 * @param {Me} me
 * @param {Role} value
 * @returns {Field}
 */
const roleField = (me, value) => ({
  name: "role",
  label: "Role",
  kind: "select",
  value,
  options: assignableRoles(me).map((role) => [role, `${role} – ${RoleName.meanings[role]}`]),
});

/**
 * @param {Model<"Member">} row
 * @param {Me} me
 * @param {(body: Model<"MemberChange">) => Promise<void>} change
 * @param {() => void} close
 */
function roleForm(row, me, change, close) {
  /** @param {FormValues} values */
  const send = (values) => change(values);
  return form({
    id: "role",
    fields: [roleField(me, row.role)],
    verb: "Save",
    send,
    done: "The role is saved.",
    onDone: close,
  });
}

/**
 * The form that invites a person.
 * @param {Me} me
 * @param {() => void} close
 * @param {() => void} reload
 */
export function invitationForm(me, close, reload) {
  /** @type {Fields} */
  const fields = [
    { name: "email", label: "E-mail address", kind: "email", required: true, maxlength: 254 },
    { name: "name", label: "Name", maxlength: 120 },
    roleField(me, "analyst"),
  ];
  /** @param {FormValues} values */
  const send = (values) => post("/v1/members", {}, values);
  /** @param {Model<"InvitedMember">} invited */
  const onDone = (invited) => {
    close();
    reload();
    showInvitation(invited);
  };
  return form({ id: "invite", fields, verb: "Invite", send, onDone });
}

/** @param {Model<"InvitedMember">} invited */
function showInvitation(invited) {
  if (invited.invitation_link)
    return showSecret(
      `Send this link to ${invited.email}`,
      "No e-mail could be sent. Who has an account already accepts by signing in. Everybody else chooses a password, which opens this organization only: give the link to nobody but them.",
      invited.invitation_link,
    );
  openDialog("The invitation is sent", () => h("p", { class: "prose" }, `It was sent to ${invited.email}.`));
}

/**
 * @param {Model<"Member">} row
 * @param {string} who
 */
function newLinkButton(row, who) {
  const send = async () =>
    showInvitation(await post("/v1/members/{user_id}/invitation", { user_id: row.user_id }, {}));
  return action("New link", send, { className: "plain", label: `New invitation link for ${who}` });
}
