// The ticket of a recommendation: its state, or a form to open it in a tracker.

import { get, post, remove } from "../../lib/client.js";
import { externalLink, facts, h, link, section } from "../../lib/elements.js";
import { minute, plain } from "../../lib/format.js";
import { action, empty, part } from "../../lib/states.js";

/** @import { Model } from "../../types.js" */

/** @typedef {Model<"RecommendationDetail">} Recommendation */

/**
 * @param {Recommendation} recommendation
 * @param {boolean} canWrite
 * @param {() => void} reload
 * @param {AbortSignal} signal
 */
export function ticketSection(recommendation, canWrite, reload, signal) {
  const { ticket } = recommendation;
  const details = ticket
    ? facts([
        ["Ticket", externalLink(ticket.external_url, ticket.external_id ?? "being opened")],
        ["State", plain(ticket.status)],
        ["Error", ticket.error],
        ["Pushed", `${minute(ticket.pushed_at)} by ${ticket.pushed_by_name ?? "somebody who has left"}`],
      ])
    : null;
  const isFailing = ticket?.status === "queued" && ticket.error;
  const isOpen = !ticket || isFailing || ["failed", "cancelled"].includes(ticket.status);
  return section(
    "Ticket",
    { beside: canWrite && isFailing ? cancelButton(recommendation, reload) : null },
    details,
    isOpen && canWrite ? part("trackers", () => pushForm(recommendation, reload, signal)) : null,
    isOpen && !ticket && !canWrite ? empty("No ticket has been opened.") : null,
  );
}

/**
 * @param {Recommendation} recommendation
 * @param {() => void} reload
 */
const cancelButton = (recommendation, reload) =>
  action(
    "Cancel",
    () =>
      remove("/v1/recommendations/{recommendation_id}/ticket", { recommendation_id: recommendation.id }).then(
        reload,
      ),
    { done: "Cancelled: no ticket is opened." },
  );

/**
 * @param {Recommendation} recommendation
 * @param {() => void} reload
 * @param {AbortSignal} signal
 */
async function pushForm(recommendation, reload, signal) {
  const [catalog, connectors] = await Promise.all([
    get("/v1/connectors/catalog", {}, {}, signal),
    get("/v1/connectors", {}, { limit: 100, status: "active" }, signal),
  ]);
  const ticketTypes = new Set(catalog.data.filter((kind) => kind.tickets).map((kind) => kind.type));
  const trackers = connectors.data.filter((connector) => ticketTypes.has(connector.type));
  if (!trackers.length)
    return empty(
      "No active connector supports tickets.",
      link("/connectors/new", "Connect a tracker"),
      " first.",
    );
  const select = h(
    "select",
    { id: "tracker" },
    trackers.map((tracker) =>
      h(
        "option",
        { value: tracker.id, selected: tracker.id === recommendation.ticket?.connector_id },
        tracker.display_name,
      ),
    ),
  );
  const push = async () => {
    await post(
      "/v1/recommendations/{recommendation_id}/push",
      { recommendation_id: recommendation.id },
      { connector_id: select.value },
    );
    reload();
  };
  return h(
    "div",
    { class: "inline-form" },
    h("div", { class: "field" }, h("label", { for: "tracker" }, "Tracker"), select),
    action(recommendation.ticket ? "Try again" : "Open a ticket", push, {
      done: "The ticket is being opened.",
    }),
  );
}
