// The ticket of a recommendation: its state, or a form to open it in a tracker.

import { get, post, remove } from "../../lib/client.js";
import { externalLink, facts, h, link, section } from "../../lib/elements.js";
import { minute, plain } from "../../lib/format.js";
import { capitalize } from "../../lib/sentences.js";
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
        ["Opened in", ticket.external_id ? null : ticket.target],
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
    ticket?.status === "open"
      ? h(
          "p",
          { class: "help" },
          "Closing it there claims the fix, within a minute or, later, a quarter of an hour.",
        )
      : null,
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
  const path = { recommendation_id: recommendation.id };
  const place = await get("/v1/recommendations/{recommendation_id}/ticket-targets", path, {}, signal);
  if (!place.data.length)
    return empty(
      "No active connector supports tickets.",
      link("/connectors/new", "Connect a tracker"),
      " first.",
    );
  const before = place.data.findIndex((row) => row.connector_id === recommendation.ticket?.connector_id);
  const tracker = h(
    "select",
    { id: "tracker" },
    place.data.map((row, at) => h("option", { value: at, selected: at === before }, row.display_name)),
  );
  const target = h("select", { id: "ticket-target", "aria-describedby": "ticket-target-help" });
  const help = h("p", { class: "help", id: "ticket-target-help" });
  const targetField = h("div", { class: "field" }, h("label", { for: "ticket-target" }, "Opened in"), target);
  const chosen = () => place.data[Number(tracker.value)];
  const explain = () => {
    help.textContent = reasonText(chosen(), target.value, place);
  };
  const offerTargets = () => {
    const { targets, target: best } = chosen();
    target.replaceChildren(
      ...targets.map((value) => h("option", { value, selected: value === best }, value)),
    );
    targetField.hidden = !targets.length;
    explain();
  };
  tracker.addEventListener("change", offerTargets);
  target.addEventListener("change", explain);
  offerTargets();
  const push = async () => {
    const body = { connector_id: chosen().connector_id, ...(target.value && { target: target.value }) };
    await post("/v1/recommendations/{recommendation_id}/push", path, body);
    reload();
  };
  return h(
    "div",
    {},
    h(
      "div",
      { class: "inline-form" },
      h("div", { class: "field" }, h("label", { for: "tracker" }, "Tracker"), tracker),
      targetField,
      action(recommendation.ticket ? "Try again" : "Open a ticket", push, {
        done: "The ticket is being opened.",
      }),
    ),
    help,
  );
}

/**
 * Why the ticket goes where it goes.
 * @param {Model<"TrackerTargets">} row
 * @param {string} target
 * @param {Model<"TicketTargets">} place
 */
function reasonText(row, target, { service, repository }) {
  const missing =
    repository && !row.targets.includes(repository)
      ? ` ${service} is in ${repository}, which this connector does not name.`
      : "";
  if (target !== row.target) return `Your choice.${missing}`;
  return `${capitalize(row.reason)}.${missing}`;
}
