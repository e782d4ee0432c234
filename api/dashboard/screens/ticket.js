// The one ticket of a recommendation: where it stands, or the tracker to open it in.

import { get, post } from "../lib/client.js";
import { facts, h, outside, section } from "../lib/elements.js";
import { minute, plain } from "../lib/format.js";
import { action, empty, part } from "../lib/states.js";

export function ticketSection(one, mayWrite, reload, signal) {
  const { ticket } = one;
  const shown = ticket
    ? facts([
        ["Ticket", outside(ticket.external_url, ticket.external_id ?? "being opened")],
        ["State", plain(ticket.status)],
        ["Error", ticket.error],
        ["Pushed", minute(ticket.pushed_at)],
      ])
    : null;
  const open = !ticket || ticket.status === "failed";
  return section(
    "Ticket",
    {},
    shown,
    open && mayWrite ? part("trackers", () => pushForm(one, reload, signal)) : null,
    open && !mayWrite ? empty("No ticket has been opened.") : null,
  );
}

async function pushForm(one, reload, signal) {
  const [catalog, connectors] = await Promise.all([
    get("/v1/connectors/catalog", {}, {}, signal),
    get("/v1/connectors", {}, { limit: 100, status: "active" }, signal),
  ]);
  const takers = new Set(catalog.data.filter((kind) => kind.tickets).map((kind) => kind.type));
  const trackers = connectors.data.filter((connector) => takers.has(connector.type));
  if (!trackers.length)
    return empty("No active connector takes tickets.", "Connect Jira, GitHub or Linear first.");
  const select = h(
    "select",
    { id: "tracker" },
    trackers.map((tracker) => h("option", { value: tracker.id }, tracker.display_name)),
  );
  const push = async () => {
    await post(
      "/v1/recommendations/{recommendation_id}/push",
      { recommendation_id: one.id },
      { connector_id: select.value },
    );
    reload();
  };
  return h(
    "div",
    { class: "inline-form" },
    h("div", { class: "field" }, h("label", { for: "tracker" }, "Tracker"), select),
    action("Open one ticket", push, { done: "The ticket is being opened." }),
  );
}
