// The organization: its plan and seats, and the workspaces that the caller belongs to.

import { enterWorkspace, joinButton } from "../../bar/workspaces.js";
import { get, patch, post } from "../../lib/client.js";
import { confirmButton, dialogButton } from "../../lib/dialog.js";
import { facts, h, section, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { number } from "../../lib/format.js";
import { isAtLeast } from "../../lib/roles.js";
import { action, empty, partSection } from "../../lib/states.js";
import { readBilling } from "./billing.js";
import { settingsScreen } from "./frame.js";

/** @import { Column, Fields, FormValues, Me, Model, ScreenContext, Workspace } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showOrganization(context) {
  const { me, workspace, signal, reload, restart } = context;
  const [organization, workspaces] = await Promise.all([
    get("/v1/organization", {}, {}, signal),
    me.kind === "user" ? get("/v1/workspaces", {}, {}, signal) : { data: [] },
  ]);
  const isOwner = isAtLeast(me, "owner");
  const create = dialogButton("Create a workspace", "Create a workspace", (close) =>
    newWorkspace(close, reload),
  );
  return settingsScreen(
    context,
    section(
      organization.name,
      {},
      facts([
        ["Plan", organization.plan],
        ["Seats taken", `${number(organization.seats_taken)} of ${number(organization.seats_total)}`],
        ["Status", statusText(organization)],
      ]),
      stoppedText(organization),
      isOwner && organization.status === "active" ? organizationForm(organization, restart) : null,
    ),
    isOwner ? partSection("Billing identity", "who is invoiced", () => readBilling(signal)) : null,
    isOwner ? statusSection(organization, restart) : null,
    section("Your workspaces", { beside: isOwner ? create : null }, workspacesTable(workspaces.data, me)),
    isOwner ? archiveSection(workspace, restart) : null,
  );
}

/** @param {Model<"OrganizationDetails">} organizationDetails */
const statusText = ({ status, status_set_by: by }) =>
  status === "active" ? status : `${status} by the ${by}`;

/** @param {Model<"OrganizationDetails">} organization */
const stoppedText = ({ plan, stopped_connectors: stopped }) =>
  stopped.length
    ? h(
        "p",
        { class: "connector-error" },
        `The ${plan} plan does not include ${stopped.join(", ")}: nothing is read from there.`,
      )
    : null;

/** @param {Model<"OrganizationChange">} values */
const change = (values) => patch("/v1/organization", {}, values);

/**
 * @param {Model<"OrganizationDetails">} organization
 * @param {() => void} restart
 */
function organizationForm(organization, restart) {
  const choices = organization.plan_choices;
  const isHighest = choices.at(-1) === organization.plan;
  /** @type {Fields} */
  const fields = [
    {
      name: "name",
      label: "Name of the organization",
      required: true,
      maxlength: 120,
      value: organization.name,
    },
    {
      name: "plan",
      label: "Plan",
      kind: "select",
      required: true,
      value: organization.plan,
      options: choices.map((plan) => [plan, plan]),
      help: isHighest
        ? "A lower plan applies at once; for a higher one, ask the operator."
        : "It applies from the next request on.",
    },
    {
      name: "seats_total",
      label: "Seats",
      kind: "number",
      required: true,
      min: Math.max(1, organization.seats_taken),
      max: organization.max_seats,
      value: organization.seats_total,
      help: `Taken: ${number(organization.seats_taken)}.`,
    },
  ];
  return h(
    "div",
    { class: "more" },
    form({
      id: "organization",
      fields,
      verb: "Save",
      send: change,
      done: "The organization is saved.",
      onDone: restart,
    }),
  );
}

/**
 * An owner may suspend, reactivate what an owner suspended, and cancel.
 * @param {Model<"OrganizationDetails">} organization
 * @param {() => void} restart
 */
function statusSection(organization, restart) {
  const { name, status, status_set_by: by } = organization;
  /** @param {"active" | "suspended"} next */
  const setStatus = (next) => change({ status: next }).then(restart);
  if (status === "suspended" && by === "operator")
    return section(
      "Status",
      {},
      h(
        "p",
        { class: "prose" },
        "The operator of this installation suspended it: ask them to reactivate it.",
      ),
    );
  const buttons =
    status === "active"
      ? [
          confirmButton(
            "Suspend",
            `The data of ${name} can then only be read: nothing is polled, analyzed or sent. An owner can reactivate it.`,
            "Suspend the organization",
            () => setStatus("suspended"),
            { done: "Suspended.", className: "" },
          ),
          dialogButton(
            "Cancel the organization",
            `Cancel ${name}?`,
            (close) => cancelForm(organization, close),
            { className: "danger" },
          ),
        ]
      : [action("Reactivate", () => setStatus("active"), { done: "Reactivated." })];
  return section("Status", {}, h("div", { class: "buttons" }, buttons));
}

/**
 * @param {Model<"OrganizationDetails">} organization
 * @param {() => void} close
 */
function cancelForm(organization, close) {
  const help = `Nobody will be able to sign in, including you. The data stay; only the operator can reactivate it. Type ${organization.slug} to confirm.`;
  /** @type {Fields} */
  const fields = [
    { name: "slug", label: "Short name of the organization", required: true, maxlength: 60, help },
  ];
  /** @param {FormValues} options */
  const send = ({ slug }) => change({ status: "cancelled", slug });
  const onDone = () => {
    close();
    location.reload();
  };
  return form({ id: "cancel", fields, verb: "Cancel the organization", send, onDone });
}

/**
 * @param {Model<"OwnWorkspace">[]} rows
 * @param {Me} me
 */
function workspacesTable(rows, me) {
  if (!rows.length) return empty("A key belongs to one workspace only.");
  /** @type {Column<Model<"OwnWorkspace">>[]} */
  const columns = [
    {
      title: "Workspace",
      className: "wide",
      cell: (row) => [row.name, h("span", { class: "below" }, row.slug)],
    },
    { title: "Organization", cell: (row) => row.organization },
    { title: "Your role", cell: (row) => row.role },
    {
      title: "",
      cell: (row) => {
        if (row.id === me.workspace_id) return h("span", { class: "quiet" }, "you are here");
        return row.is_invitation ? joinButton(row) : enterButton(row);
      },
    },
  ];
  return table("Workspaces that you belong to", columns, rows, { className: "stacked" });
}

/** @param {Model<"OwnWorkspace">} row */
const enterButton = (row) => action("Enter", () => enterWorkspace(row.id), { label: `Enter ${row.name}` });

/**
 * An archived workspace can only be read, until somebody restores it.
 * @param {Workspace} workspace
 * @param {() => void} restart
 */
function archiveSection(workspace, restart) {
  const text = workspace.archived_at
    ? "It is archived: nothing is polled, analyzed or sent. Its data stay."
    : "An archived workspace can only be read: nothing is polled, analyzed or sent. It can be restored.";
  const restore = () => post("/v1/workspace/restore", {}).then(restart);
  const button = workspace.archived_at
    ? action("Restore", restore, { done: "Restored." })
    : dialogButton(
        "Archive",
        `Archive ${workspace.name}?`,
        (close) => archiveForm(workspace, close, restart),
        {
          className: "danger",
        },
      );
  return section(
    `Archive ${workspace.name}`,
    {},
    h("p", { class: "prose" }, text),
    h("p", { class: "more" }, button),
  );
}

/**
 * @param {Workspace} workspace
 * @param {() => void} close
 * @param {() => void} restart
 */
function archiveForm(workspace, close, restart) {
  const help = `Type ${workspace.slug} to confirm.`;
  /** @type {Fields} */
  const fields = [
    { name: "slug", label: "Short name of the workspace", required: true, maxlength: 60, help },
  ];
  /** @param {FormValues} values */
  const send = (values) => post("/v1/workspace/archive", {}, values);
  const onDone = () => {
    close();
    restart();
  };
  return form({ id: "archive", fields, verb: "Archive the workspace", send, done: "Archived.", onDone });
}

/**
 * @param {() => void} close
 * @param {() => void} reload
 */
function newWorkspace(close, reload) {
  /** @type {Fields} */
  const fields = [
    { name: "name", label: "Name", required: true, maxlength: 120 },
    {
      name: "slug",
      label: "Short name",
      required: true,
      maxlength: 60,
      pattern: "[a-z0-9]+(-[a-z0-9]+)*",
      help: "Small letters, digits and hyphens.",
    },
    {
      name: "timezone",
      label: "Time zone",
      required: true,
      value: Intl.DateTimeFormat().resolvedOptions().timeZone,
      suggested: Intl.supportedValuesOf?.("timeZone") ?? [],
    },
  ];
  /** @param {FormValues} values */
  const send = (values) => post("/v1/workspaces", {}, values);
  const onDone = () => {
    close();
    reload();
  };
  return form({
    id: "new-workspace",
    fields,
    verb: "Create",
    send,
    done: "Created. You are its owner.",
    onDone,
  });
}
