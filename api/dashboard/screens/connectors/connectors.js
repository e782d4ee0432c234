// Connectors: status, last sync, errors and sync history, with the actions sync, pause and resume.

import { get, post } from "../../lib/client.js";
import { facts, h, link, table } from "../../lib/elements.js";
import { ago, duration, exact, minute, number, plain, pluralize } from "../../lib/format.js";
import { asSentence } from "../../lib/sentences.js";
import { action, empty, part } from "../../lib/states.js";
import { ConnectorStatus } from "../../lib/vocabulary.js";
import { deliveriesText } from "./deliveries.js";

/** @import { Column, Model, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showConnectors({ me, signal, reload }) {
  const [connectors, catalog] = await Promise.all([
    get("/v1/connectors", {}, { limit: 100 }, signal),
    get("/v1/connectors/catalog", {}, {}, signal),
  ]);
  const titles = new Map(
    catalog.data.filter((tool) => !tool.declaration).map((tool) => [tool.type, tool.title]),
  );
  /** @param {Model<"Connector">} row */
  const rank = ({ status }) => ConnectorStatus.values.indexOf(status);
  const rows = connectors.data.sort(
    (left, right) => rank(left) - rank(right) || left.display_name.localeCompare(right.display_name),
  );
  const broken = rows.filter(isBroken).length;
  return h(
    "div",
    { class: "screen", "data-title": "Connectors" },
    h(
      "div",
      { class: "section-head" },
      h("h1", {}, "Connectors"),
      me.role === "viewer"
        ? null
        : h(
            "span",
            { class: "beside" },
            link("/uploads", "Upload a file", { class: "button" }),
            link("/connectors/new", "Connect a tool", { class: "button main" }),
          ),
    ),
    rows.length
      ? h(
          "p",
          { class: "lead" },
          broken
            ? `${pluralize(broken, "connector")} of ${number(rows.length)} failed at the last sync or stopped: open it to fix what it says.`
            : `${pluralize(rows.length, "connector")}, none of them failed.`,
        )
      : empty(
          "No connectors yet.",
          link("/connectors/new", "Connect the tool"),
          " that your failures are recorded in.",
        ),
    rows.map((row) =>
      connectorEntry(row, titles, me.role !== "viewer", signal, reload, excludedBy(row, catalog.data)),
    ),
  );
}

/**
 * Why nothing is read from an active connector; null: it is read.
 * @param {Model<"Connector">} row
 * @param {Model<"ConnectorType">[]} tools
 */
function excludedBy(row, tools) {
  const tool = tools.find(({ type, declaration }) => type === row.type && !declaration);
  if (row.status !== "active" || !tool || tool.available) return null;
  return `Stopped: nothing is read, for it needs the ${tool.plan} plan.`;
}

/**
 * Whether a connector needs somebody: it stopped, or its last sync failed.
 * @param {Model<"Connector">} row
 */
export const isBroken = (row) =>
  row.status === "error" || (row.status === "active" && row.last_sync_status === "failed");

/**
 * @param {Model<"Connector">} row
 * @param {Map<string, string>} titles
 * @param {boolean} canWrite
 * @param {AbortSignal} signal
 * @param {() => void} reload
 * @param {string | null} excluded
 */
function connectorEntry(row, titles, canWrite, signal, reload, excluded) {
  const runs = h("details", { class: "data-table" }, h("summary", {}, "Sync history"));
  runs.addEventListener(
    "toggle",
    () => runs.childElementCount === 1 && runs.append(part("sync runs", () => syncHistory(row, signal))),
  );
  return h(
    "section",
    { class: `connector connector-${row.status}`, "aria-label": row.display_name },
    h(
      "div",
      { class: "section-head" },
      h("h2", {}, link(`/connectors/${row.id}`, row.display_name)),
      h("span", { class: `mark-word status-${row.status}` }, row.status),
      canWrite && !row.push_only ? actions(row, reload) : null,
    ),
    row.status_reason ? h("p", { class: "connector-error" }, asSentence(row.status_reason)) : null,
    excluded ? h("p", { class: "connector-error" }, excluded) : null,
    facts([
      [
        "Type",
        row.declaration ? `${plain(row.declaration)} (custom)` : (titles.get(row.type) ?? plain(row.type)),
      ],
      ["Last delivery", deliveriesText(row)],
      ["Last sync", row.push_only ? null : lastSync(row)],
      ["Next sync", row.status === "active" && !row.push_only ? ago(row.next_poll_at) : null],
      ["Interval", row.push_only ? null : duration(row.poll_interval_seconds)],
      ["Webhook", row.has_webhook_secret ? "enabled" : null],
      ["No failures", tellNoFailures(row.no_failures)],
    ]),
    runs,
  );
}

/**
 * How much came and was not a failure, and what it mostly was; null: nothing.
 * @param {Record<string, number>} reasons
 */
function tellNoFailures(reasons) {
  const counted = Object.entries(reasons);
  const total = counted.reduce((sum, [, count]) => sum + count, 0);
  const most = counted.reduce((best, entry) => (entry[1] > best[1] ? entry : best), ["", 0])[0];
  return total ? `${number(total)}, mostly: ${most}` : null;
}

/** @param {Model<"Connector">} row */
const lastSync = (row) =>
  row.last_sync_at
    ? h(
        "span",
        { title: exact(row.last_sync_at) },
        `${ago(row.last_sync_at)}, ${plain(row.last_sync_status)}`,
      )
    : "never";

/**
 * @param {Model<"Connector">} row
 * @param {() => void} reload
 */
function actions(row, reload) {
  /** @param {() => Promise<unknown>} call */
  const thenReload = (call) => async () => {
    await call();
    reload();
  };
  const path = { connector_id: row.id };
  const sync = thenReload(() => post("/v1/connectors/{connector_id}/sync", path));
  const pause = thenReload(() => post("/v1/connectors/{connector_id}/pause", path));
  const resume = thenReload(() => post("/v1/connectors/{connector_id}/resume", path));
  return h(
    "span",
    { class: "beside" },
    row.status === "active"
      ? [
          action("Sync now", sync, { done: "Sync requested." }),
          action("Pause", pause, { done: "Paused. Webhooks are still accepted.", className: "plain" }),
        ]
      : action("Resume", resume, { done: "Polling resumed.", className: "main" }),
  );
}

/**
 * The newest polls of a connector.
 * @param {Model<"Connector">} row
 * @param {AbortSignal} signal
 */
export async function syncHistory(row, signal) {
  const runs = await get(
    "/v1/connectors/{connector_id}/sync-runs",
    { connector_id: row.id },
    { limit: 20 },
    signal,
  );
  if (!runs.data.length) return empty("Not synced yet.", "The first sync starts within a minute.");
  /** @param {Model<"SyncRun">} run */
  const seconds = (run) =>
    run.finished_at ? duration((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000) : "running";
  /** @type {Column<Model<"SyncRun">>[]} */
  const columns = [
    { title: "Started", cell: (run) => minute(run.started_at) },
    { title: "Status", cell: (run) => plain(run.status) },
    { title: "Duration", numeric: true, cell: seconds },
    { title: "Read", numeric: true, cell: (run) => number(run.rows_read) },
    { title: "New", numeric: true, cell: (run) => number(run.rows_new) },
    { title: "Updated", numeric: true, cell: (run) => number(run.rows_updated) },
    { title: "Quarantined", numeric: true, cell: (run) => number(run.rows_quarantined) },
    { title: "Error", className: "wide", cell: (run) => run.error ?? "–" },
  ];
  return table(`Sync runs of ${row.display_name}, newest first`, columns, runs.data);
}
