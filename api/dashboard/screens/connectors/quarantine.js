// Records in quarantine: why each could not become an issue, and trying them again.

import { get, post } from "../../lib/client.js";
import { h, section, table } from "../../lib/elements.js";
import { minute, number, pluralize } from "../../lib/format.js";
import { action, empty, notice, part } from "../../lib/states.js";

/** @import { Column, Model } from "../../types.js" */

/**
 * @param {Model<"Connector">} connector
 * @param {boolean} canWrite
 * @param {AbortSignal} signal
 */
export function quarantineSection(connector, canWrite, signal) {
  const container = h("div", { class: "part" });
  const path = { connector_id: connector.id };
  const show = () =>
    container.replaceChildren(
      part("the drift", () => drift(path, signal)),
      part("the quarantine", () => quarantined(path, signal, button)),
    );
  const replay = async () => {
    const { queued, unreadable } = await post("/v1/connectors/{connector_id}/quarantine/replay", path, {});
    const rest = unreadable ? ` ${pluralize(unreadable, "record")} still cannot be read.` : "";
    notice(`${pluralize(queued, "record")} will be read again in the next run.${rest}`);
    show();
  };
  const button = canWrite ? action("Try all again", replay) : null;
  show();
  return section("Quarantine", { beside: button }, container);
}

/**
 * Each way in which the tool's records differ from what is understood, and since when.
 * @param {{ connector_id: string }} path
 * @param {AbortSignal} signal
 */
async function drift(path, signal) {
  const kinds = await get("/v1/connectors/{connector_id}/drift", path, {}, signal);
  if (!kinds.data.length) return h("div", {});
  /** @type {Column<Model<"Drift">>[]} */
  const columns = [
    { title: "What differs", className: "wide", cell: (row) => row.reason },
    { title: "Records", numeric: true, cell: (row) => number(row.records) },
    { isMinor: true, title: "First seen", cell: (row) => minute(row.first_seen_at) },
    { title: "Last seen", cell: (row) => minute(row.last_seen_at) },
    { title: "The newest one", className: "wide", cell: (row) => content(row.sample) },
  ];
  return table("Drift: how records differ from what is understood", columns, kinds.data, {
    isCaptionVisible: true,
    className: "stacked",
  });
}

/**
 * @param {{ connector_id: string }} path
 * @param {AbortSignal} signal
 * @param {HTMLButtonElement | null} button which is for records that are there
 */
async function quarantined(path, signal, button) {
  const page = await get("/v1/connectors/{connector_id}/quarantine", path, { limit: 25 }, signal);
  if (button) button.hidden = !page.data.length;
  if (!page.data.length) return empty("Nothing is in quarantine: every record became an issue or a change.");
  /** @type {Column<Model<"QuarantinedRecord">>[]} */
  const columns = [
    { title: "Arrived", cell: (row) => minute(row.received_at) },
    { title: "Record", cell: (row) => row.external_id ?? "–" },
    { title: "Why", className: "wide", cell: (row) => row.reason },
    { title: "Content", className: "wide", cell: (row) => content(row.payload) },
  ];
  return h(
    "div",
    {},
    table("Records in quarantine, newest first", columns, page.data, { className: "stacked" }),
    page.page.has_more
      ? h("p", { class: "quiet" }, `The newest ${page.data.length} of ${number(page.page.total)}.`)
      : null,
  );
}

/** @param {string} text */
const content = (text) =>
  h("details", {}, h("summary", {}, "Show"), h("pre", { class: "body", tabindex: "0" }, text));
