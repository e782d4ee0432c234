// How far the past of a connector has been read, followed while it is read.

import { get } from "../../lib/client.js";
import { h, nodesOf, section } from "../../lib/elements.js";
import { ago, day, number, pluralize } from "../../lib/format.js";

/** @import { Model } from "../../types.js" */

const SECONDS_BETWEEN = 3;

/**
 * Whether the past of a connector is being read, or will be within a minute.
 * @param {Model<"Connector">} connector
 */
export const isReadingPast = (connector) =>
  connector.status === "active" &&
  (connector.backfill ? connector.backfill.status !== "succeeded" : !connector.last_sync_at);

/**
 * The section of a connector's screen; nothing once its past was read.
 * @param {Model<"Connector">} connector
 * @param {AbortSignal} signal
 * @param {() => void} [onDone]
 */
export function backfillSection(connector, signal, onDone) {
  if (!connector.backfill && !isReadingPast(connector)) return null;
  const container = h("div", { class: "part", "aria-live": "polite" }, progressOf(connector));
  if (isReadingPast(connector)) follow(connector, container, signal, onDone);
  return section("Backfill", {}, container);
}

/**
 * What was read, from when to when, and about how much of the span that is.
 * @param {Model<"Connector">} connector
 */
export function progressOf(connector) {
  const { backfill } = connector;
  if (!backfill)
    return h(
      "p",
      { class: "quiet" },
      `The last ${number(connector.backfill_days)} days are read within a minute.`,
    );
  const read = `${pluralize(backfill.rows_read, "record")} on ${pluralize(backfill.pages, "page")}`;
  const aside = backfill.rows_quarantined
    ? `, ${number(backfill.rows_quarantined)} of them in quarantine`
    : "";
  const span = backfill.oldest_record_at
    ? `, from ${day(backfill.oldest_record_at)} to ${day(backfill.newest_record_at)}`
    : "";
  const share = shareOf(backfill);
  const words = {
    running: "Reading the past:",
    succeeded: "The past was read:",
    failed: "Interrupted, the next sync continues:",
  };
  return [
    h("p", {}, `${words[backfill.status]} ${read}${span}${aside}.`),
    backfill.status === "succeeded"
      ? null
      : h(
          "p",
          { class: "quiet" },
          h("progress", { max: 100, value: share, "aria-label": "Share of the span that was read" }),
          ` about ${share} % of the time since ${day(backfill.reads_from)}; begun ${ago(backfill.started_at)}`,
        ),
  ];
}

/**
 * Lists run from the oldest or from the newest: either way, what lies between both ends is read.
 * @param {Model<"Backfill">} backfill
 */
function shareOf({ reads_from, started_at, oldest_record_at, newest_record_at }) {
  if (!oldest_record_at) return 0;
  const [from, to, oldest, newest] = [
    reads_from,
    started_at,
    oldest_record_at,
    newest_record_at ?? oldest_record_at,
  ].map((text) => new Date(text).getTime());
  const read = Math.min(newest, to) - Math.max(oldest, from);
  return to > from ? Math.max(0, Math.min(99, Math.round((100 * read) / (to - from)))) : 0;
}

/**
 * @param {Model<"Connector">} connector
 * @param {HTMLElement} container
 * @param {AbortSignal} signal
 * @param {() => void} [onDone]
 */
async function follow(connector, container, signal, onDone) {
  let current = connector;
  while (isReadingPast(current)) {
    await pause();
    if (signal?.aborted || !container.isConnected) return;
    current = await get("/v1/connectors/{connector_id}", { connector_id: connector.id }, {}, signal).catch(
      () => current,
    );
    container.replaceChildren(...nodesOf(progressOf(current)));
  }
  onDone?.();
}

const pause = () =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, SECONDS_BETWEEN * 1000);
    /** @type {any} */ (timer).unref?.(); // in the tests, node would wait for it
  });
