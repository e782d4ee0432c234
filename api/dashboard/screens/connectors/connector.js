// One connector: testing it, its backfill, settings, secrets, sync history and the records in quarantine.

import { get, patch, post, remove } from "../../lib/client.js";
import { confirmButton, dialogButton } from "../../lib/dialog.js";
import { facts, h, link, section } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { ago, asText, duration, minute, number, plain } from "../../lib/format.js";
import { isAtLeast } from "../../lib/roles.js";
import { asSentence } from "../../lib/sentences.js";
import { action, part, partSection } from "../../lib/states.js";
import { backfillSection } from "./backfill.js";
import { connectionTest } from "./connection_test.js";
import { syncHistory } from "./connectors.js";
import { deliveriesText, webhookSection } from "./deliveries.js";
import { fieldsOf, valuesOf } from "./fields.js";
import { guideOf } from "./guide.js";
import { stepsOf } from "./new_connector.js";
import { findSecret } from "./new_connector_form.js";
import { quarantineSection } from "./quarantine.js";
import { namesOf, receiversNote } from "./receivers.js";

/** @import { Fields, FormValues, Me, Model, ScreenContext, Tool } from "../../types.js" */
/** @typedef {(body: Model<"ConnectorChange">) => Promise<unknown>} Change */

/** @param {ScreenContext} context */
export async function showConnector({ id, query, me, signal, reload }) {
  const [connector, catalog] = await Promise.all([
    get("/v1/connectors/{connector_id}", { connector_id: id }, {}, signal),
    get("/v1/connectors/catalog", {}, {}, signal),
  ]);
  const tool = catalog.data.find(
    (entry) => entry.type === connector.type && entry.declaration === connector.declaration,
  );
  const secret = findSecret(id);
  const canWrite = isAtLeast(me, "analyst");
  const isTesting = query.step === "test";
  const isPolled = Boolean(tool?.polls) && !connector.push_only;
  return h(
    "article",
    { class: "screen", "data-title": connector.display_name },
    h(
      "p",
      { class: "trail" },
      link("/connectors", "Connectors"),
      ` / ${tool?.title ?? plain(connector.type)}`,
    ),
    h("h1", {}, connector.display_name),
    query.step && isPolled ? stepsOf(connector.last_sync_at || connector.status === "active" ? 3 : 2) : null,
    h("div", { class: "under-title" }, stateOf(connector)),
    connector.status_reason
      ? h("p", { class: "connector-error" }, asSentence(connector.status_reason))
      : null,
    canWrite ? connectorActions(connector, tool, me, reload) : null,
    webhookSection(connector, tool, { secret, signal, onArrival: () => secret || reload() }),
    isPolled ? backfillSection(connector, signal, reload) : null,
    canWrite && isPolled ? testSection(connector, isTesting, reload) : null,
    isPolled ? partSection("Sync history", "sync runs", () => syncHistory(connector, signal)) : null,
    noFailures(connector),
    quarantineSection(connector, canWrite, signal),
    section("Configuration", {}, configurationOf(connector, tool), tool ? guideOf(tool, signal) : null),
  );
}

/**
 * What came and was not a failure, with the reasons; null: nothing.
 * @param {Model<"Connector">} connector
 */
function noFailures({ no_failures }) {
  const reasons = Object.entries(no_failures);
  if (!reasons.length) return null;
  /** @type {[string, string][]} */
  const rows = reasons.map(([reason, count]) => [reason, number(count)]);
  return section("No failures", {}, h("p", { class: "quiet" }, "Read, and not an issue:"), facts(rows));
}

/** @param {string | null} backTo */
const tellRereading = (backTo) => `by a new mapping, back to ${backTo ? minute(backTo) : "now"}`;

/** @param {Model<"Connector">} row */
const stateOf = (row) =>
  facts([
    ["Status", h("span", { class: `mark-word status-${row.status}` }, row.status)],
    ["Last delivery", deliveriesText(row)],
    ...(row.push_only ? [] : pollingOf(row)),
    ["Failed in a row", row.failed_syncs ? `${number(row.failed_syncs)}, so it is tried less often` : null],
    ["Read again", row.rereading ? tellRereading(row.rereading.read_back_to) : null],
    ["Site", row.site === row.id ? null : row.site || null],
    ["Webhook", row.webhook_url],
    ["Created", minute(row.created_at)],
  ]);

/**
 * @param {Model<"Connector">} row
 * @returns {[string, string | null][]}
 */
const pollingOf = (row) => [
  ["Last sync", row.last_sync_at ? `${ago(row.last_sync_at)}, ${plain(row.last_sync_status)}` : "never"],
  ["Next sync", row.status === "active" ? ago(row.next_poll_at) : null],
  ["Interval", duration(row.poll_interval_seconds)],
  ["History loaded", `${number(row.backfill_days)} days`],
];

/**
 * @param {Model<"Connector">} connector
 * @param {boolean} isTesting
 * @param {() => void} reload
 */
function testSection(connector, isTesting, reload) {
  const container = h("div", { class: "part" });
  const run = () =>
    container.replaceChildren(part("the first records", () => connectionTest(connector, reload)));
  const button = h("button", { type: "button", onclick: run }, "Test the connection");
  if (isTesting) run();
  return section("Test", { beside: button }, container);
}

/**
 * @param {Model<"Connector">} connector
 * @param {Tool | undefined} tool
 */
function configurationOf(connector, tool) {
  const titles = new Map((tool?.config ?? []).map((field) => [field.name, field.title]));
  /** @type {[string, string][]} */
  const rows = Object.entries(connector.config).map(([name, value]) => [
    titles.get(name) ?? plain(name),
    asText(value),
  ]);
  const { credential_receivers: receivers } = connector;
  const entered = receivers?.receivers.length ? `, for ${namesOf(receivers)}` : "";
  return facts([
    ...rows,
    ["Credentials", connector.has_credentials ? `stored, encrypted${entered}` : "none"],
  ]);
}

/**
 * @param {Model<"Connector">} connector
 * @param {Tool | undefined} tool
 * @param {Me} me
 * @param {() => void} reload
 */
function connectorActions(connector, tool, me, reload) {
  const path = { connector_id: connector.id };
  /** @param {Model<"ConnectorChange">} body */
  const change = (body) => patch("/v1/connectors/{connector_id}", path, body);
  /** @param {() => void} close */
  const after = (close) => () => {
    close();
    reload();
  };
  /** @param {() => Promise<unknown>} call */
  const thenReload = (call) => () => call().then(reload);
  return h(
    "div",
    { class: "actions" },
    connector.push_only ? null : pollingActions(connector, thenReload),
    tool
      ? dialogButton("Edit", `Edit ${connector.display_name}`, (close) =>
          editForm(connector, tool, change, after(close)),
        )
      : null,
    tool?.credentials.length
      ? dialogButton("Replace credentials", "Replace credentials", (close) =>
          credentialsForm(connector, tool, change, after(close)),
        )
      : null,
    tool?.webhooks
      ? dialogButton("Replace webhook secret", "Replace the webhook secret", (close) =>
          secretForm(change, after(close)),
        )
      : null,
    isAtLeast(me, "admin") ? deleteButton(connector) : null,
  );
}

/**
 * @param {Model<"Connector">} connector
 * @param {(call: () => Promise<unknown>) => () => Promise<unknown>} thenReload
 */
function pollingActions(connector, thenReload) {
  const path = { connector_id: connector.id };
  const sync = thenReload(() => post("/v1/connectors/{connector_id}/sync", path));
  const pause = thenReload(() => post("/v1/connectors/{connector_id}/pause", path));
  const resume = thenReload(() => post("/v1/connectors/{connector_id}/resume", path));
  return connector.status === "active"
    ? [
        action("Sync now", sync, { done: "Sync requested." }),
        action("Pause", pause, { done: "Paused. Webhooks are still accepted." }),
      ]
    : action("Start polling", resume, { done: "Polling starts within a minute.", className: "main" });
}

/** @param {Model<"Connector">} connector */
function deleteButton(connector) {
  const act = async () => {
    await remove("/v1/connectors/{connector_id}", { connector_id: connector.id });
    location.hash = "#/connectors";
  };
  const question = `“${connector.display_name}” and its credentials are deleted. Its issues stay.`;
  return confirmButton("Delete", question, "Delete the connector", act, { done: "Deleted." });
}

/**
 * @param {Model<"Connector">} connector
 * @param {Tool} tool
 * @param {Change} change
 * @param {() => void} onDone
 */
function editForm(connector, tool, change, onDone) {
  /** @type {Fields} */
  const fields = [
    { name: "display_name", label: "Name", required: true, maxlength: 120, value: connector.display_name },
    ...fieldsOf(tool.config, "config", connector.config),
    {
      ...{
        name: "poll_interval_seconds",
        label: "Seconds between two polls",
        kind: "number",
        required: true,
      },
      ...{ min: 60, max: 86400, value: connector.poll_interval_seconds },
    },
    {
      ...{ name: "backfill_days", label: "Days of the past to read", kind: "number", required: true },
      ...{ min: 0, max: 3650, value: connector.backfill_days },
    },
    {
      ...{ name: "same_site", label: "It is the same tool, which has moved", kind: "checkbox" },
      help: "Where the address, account, table or bucket is another one: ticked, its issues go on; otherwise it is another tool, which is read from the beginning.",
    },
  ];
  /** @param {FormValues} options */
  const send = ({ display_name, poll_interval_seconds, backfill_days, same_site, ...rest }) =>
    change({
      display_name,
      poll_interval_seconds,
      backfill_days,
      same_site,
      config: valuesOf(rest, "config"),
    });
  return form({ id: "edit", fields, verb: "Save", send, done: "The connector is saved.", onDone });
}

/**
 * @param {Model<"Connector">} connector
 * @param {Tool} tool
 * @param {Change} change
 * @param {() => void} onDone
 */
function credentialsForm(connector, tool, change, onDone) {
  const receivers = receiversNote(tool);
  /** @param {FormValues} values */
  const send = (values) =>
    change({ credentials: valuesOf(values, "credentials"), credentials_for: receivers.shown() });
  const fields = fieldsOf(tool.credentials, "credentials");
  receivers.update(connector.config);
  return [
    h("p", { class: "prose" }, "All credentials are replaced. They are stored encrypted and never shown."),
    receivers.note,
    form({ id: "secrets", fields, verb: "Replace", send, done: "Replaced. Test the connection.", onDone }),
  ];
}

/**
 * @param {Change} change
 * @param {() => void} onDone
 */
function secretForm(change, onDone) {
  /** @type {Fields} */
  const fields = [
    {
      ...{
        name: "webhook_secret",
        label: "The secret that the tool signs with",
        kind: "password",
        required: true,
      },
      ...{
        minlength: 16,
        maxlength: 500,
        autocomplete: "off",
        help: "The previous one stays valid until the next change.",
      },
    },
  ];
  return form({ id: "webhook", fields, verb: "Replace", send: change, done: "Replaced.", onDone });
}
