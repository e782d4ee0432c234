// Slack: the app that a workspace posts cards through, made from a manifest, and what it posted or would have.

import { get, patch, put, remove } from "../../lib/client.js";
import { confirmButton } from "../../lib/dialog.js";
import { facts, h, link, section, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { ago, exact, minute } from "../../lib/format.js";
import { anyOf, choicesOf, listing, rowsPerPage } from "../../lib/listing.js";
import { isAtLeast } from "../../lib/roles.js";
import { empty, notice } from "../../lib/states.js";
import { SlackMessageKind, SlackMessageStatus, SlackMode } from "../../lib/vocabulary.js";
import { whomToAsk } from "../refusal.js";
import { settingsScreen } from "./frame.js";

/** @import { Column, Fields, Filter, FormValues, Model, ScreenContext } from "../../types.js" */

/** @type {Filter[]} */
const FIELDS = [
  { name: "kind", label: "What", kind: "select", options: anyOf(SlackMessageKind) },
  { name: "status", label: "State", kind: "select", options: anyOf(SlackMessageStatus) },
];

const CHANNEL = {
  name: "channel_id",
  label: "Channel",
  required: true,
  maxlength: 30,
  pattern: "[CG][A-Z0-9]+",
  help: "Its id, such as C0123ABCD: at the end of the channel's details. Invite the app there.",
};

/** @param {ScreenContext} context */
export async function showSlack(context) {
  const { me, workspace, filters: query, signal, reload } = context;
  const app = await get("/v1/slack", {}, {}, signal);
  const isAdmin = isAtLeast(me, "admin");
  const isIncluded = workspace.features.includes("alerts");
  return settingsScreen(
    context,
    section(
      "Slack",
      {},
      h(
        "p",
        { class: "lead" },
        "One card a pattern in a channel, edited in place; its buttons record what people know, under their own role.",
      ),
      app.is_connected ? appFacts(app) : h("p", { class: "quiet" }, "No app is connected."),
      isAdmin ? null : h("p", { class: "quiet" }, `Admins change this. ${whomToAsk(workspace)}`),
      isIncluded ? null : h("p", { class: "prose" }, "Slack is part of the starter plan and above."),
      isAdmin && app.is_connected ? changeForm(app, reload) : null,
    ),
    isAdmin && isIncluded ? setupSection(app, reload) : null,
    section(
      "Messages",
      {},
      await listing({
        path: "/settings/slack",
        fields: FIELDS,
        query,
        noun: "message",
        read: (filters) => get("/v1/slack/messages", {}, { ...filters, limit: rowsPerPage(50, 20) }, signal),
        draw: messagesTable,
        none: () => empty("Nothing was posted yet.", "A card begins when a pattern recurs."),
      }),
    ),
  );
}

/** @param {Model<"SlackApp">} app */
const appFacts = (app) =>
  facts([
    ["Team", app.team_name ?? app.team_id],
    ["Channel", h("code", {}, app.channel_id ?? "")],
    ["Mode", `${SlackMode.labels[app.mode]}: ${SlackMode.meanings[app.mode]}`],
    ["Cards begin with what recurs after", app.started_at ? minute(app.started_at) : null],
    ["State", app.error ?? "works"],
  ]);

/**
 * @param {Model<"SlackApp">} app
 * @param {() => void} reload
 */
function changeForm(app, reload) {
  /** @type {Fields} */
  const fields = [
    { name: "mode", label: "Mode", kind: "select", value: app.mode, options: choicesOf(SlackMode) },
    { ...CHANNEL, value: app.channel_id },
  ];
  /** @param {FormValues} values */
  const send = (values) => patch("/v1/slack", {}, values);
  const extra = disconnect(reload);
  return form({ id: "slack", fields, verb: "Save", send, done: "Slack is saved.", onDone: reload, extra });
}

/** @param {() => void} reload */
const disconnect = (reload) =>
  confirmButton(
    "Disconnect",
    "Both secrets are deleted. What was posted stays in Slack, where its buttons no longer work.",
    "Disconnect Slack",
    () => remove("/v1/slack").then(reload),
    { done: "Disconnected." },
  );

/**
 * @param {Model<"SlackApp">} app
 * @param {() => void} reload
 */
function setupSection(app, reload) {
  const manifest = JSON.stringify(app.manifest, null, 2);
  return section(
    app.is_connected ? "Enter new secrets" : "Connect",
    {},
    h(
      "ol",
      { class: "prose" },
      h("li", {}, "At api.slack.com/apps: Create New App, From a manifest, and paste this as JSON."),
      h("li", {}, "Install it to your workspace. Invite it to the channel: /invite @Causeloop."),
      h("li", {}, "Enter its two secrets here."),
      h("li", {}, "Back in Slack, under Event Subscriptions: Retry, so that Slack verifies the address."),
    ),
    h(
      "div",
      { class: "field" },
      h("label", { for: "slack-manifest" }, "Manifest"),
      h("textarea", { id: "slack-manifest", readonly: true, rows: 8, class: "code" }, manifest),
      h(
        "button",
        {
          type: "button",
          onclick: () =>
            navigator.clipboard.writeText(manifest).then(() => notice("The manifest is copied.")),
        },
        "Copy the manifest",
      ),
    ),
    secretsForm(app, reload),
  );
}

/**
 * @param {Model<"SlackApp">} app
 * @param {() => void} reload
 */
function secretsForm(app, reload) {
  const secret = { kind: "password", required: true, minlength: 10, maxlength: 500, autocomplete: "off" };
  /** @type {Fields} */
  const fields = [
    {
      ...secret,
      name: "bot_token",
      label: "Bot token",
      help: "Begins with xoxb-: under OAuth & Permissions.",
    },
    { ...secret, name: "signing_secret", label: "Signing secret", help: "Under Basic Information." },
    { ...CHANNEL, value: app.channel_id },
    {
      name: "mode",
      label: "Mode",
      kind: "select",
      value: app.is_connected ? app.mode : "live",
      options: choicesOf(SlackMode),
    },
  ];
  /** @param {FormValues} values */
  const send = (values) =>
    put("/v1/slack", {}, /** @type {Model<"SlackSetup">} */ (/** @type {unknown} */ (values)));
  return form({
    id: "slack-secrets",
    fields,
    verb: "Connect",
    send,
    done: "Slack is connected.",
    onDone: reload,
  });
}

/** @param {Model<"SlackMessage">[]} rows */
function messagesTable(rows) {
  /** @type {Column<Model<"SlackMessage">>[]} */
  const columns = [
    { title: "When", cell: (row) => h("span", { title: exact(row.decided_at) }, ago(row.decided_at)) },
    { title: "What", cell: (row) => SlackMessageKind.labels[row.kind] },
    { title: "State", cell: (row) => row.error ?? SlackMessageStatus.labels[row.status] },
    {
      title: "Text",
      className: "wide",
      cell: (row) => [
        row.pattern_name ? link(`/patterns/${row.pattern_id}`, row.pattern_name) : null,
        h("span", { class: "below" }, row.text),
      ],
    },
  ];
  return table("Messages in Slack, newest first", columns, rows, { className: "stacked" });
}
