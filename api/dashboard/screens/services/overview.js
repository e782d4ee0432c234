// Services: all that have issues; with a name in the address, one of them.

import { get } from "../../lib/client.js";
import { facts, h, link, table } from "../../lib/elements.js";
import { ago, exact, number } from "../../lib/format.js";
import { serviceLink } from "../../lib/names.js";
import { isAtLeast } from "../../lib/roles.js";
import { empty } from "../../lib/states.js";
import { ownerButton, ownerText } from "../owners/owner_button.js";
import { drawFailures } from "./failures.js";

/** @import { Column, Model, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showServices(context) {
  return context.query.name ? drawService(context.query.name, context) : drawServices(context.signal);
}

/** @param {AbortSignal} signal */
async function drawServices(signal) {
  const { services } = await get("/v1/issues/values", {}, {}, signal);
  return h(
    "div",
    { class: "screen", "data-title": "Services" },
    h("div", { class: "section-head" }, h("h1", {}, "Services"), link("/teams", "By team")),
    h("p", { class: "lead" }, "What fails, service by service; those with the most issues first."),
    services.length ? servicesTable(services) : empty("No issue names a service yet."),
  );
}

/** @param {Model<"IssueValues">["services"]} rows */
function servicesTable(rows) {
  /** @type {Column<Model<"IssueValues">["services"][number]>[]} */
  const columns = [
    { title: "Service", className: "wide", cell: ({ name }) => serviceLink(name) },
    { title: "Issues", numeric: true, cell: (row) => number(row.issues) },
    { title: "Unresolved", numeric: true, cell: (row) => number(row.open_issues) },
    {
      title: "Last issue",
      cell: (row) => h("span", { title: exact(row.last_created_at) }, ago(row.last_created_at)),
    },
  ];
  return table("Services", columns, rows, { className: "stacked" });
}

/**
 * @param {string} name
 * @param {ScreenContext} context
 */
async function drawService(name, context) {
  const { me, signal, reload } = context;
  const { owner } = await get("/v1/owners/of", {}, { item_kind: "service", item: name }, signal);
  return drawFailures(context, {
    ...{ name, path: "/services", all: "Services", filter: { service: [name] } },
    readSummary: (query) => get("/v1/services/summary", {}, query, signal),
    about: () => [
      facts([
        ["Owner", ownerText(owner) ?? "Nobody is named"],
        ["Repository", owner?.repository],
      ]),
    ],
    actions: isAtLeast(me, "analyst")
      ? [ownerButton({ kind: "service", item: name, title: name, owner }, reload)]
      : [],
  });
}
