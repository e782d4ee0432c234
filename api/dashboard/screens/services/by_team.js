// Teams, and people who own something: all of them; with a name in the address, what one of them owns.

import { get } from "../../lib/client.js";
import { facts, h, link, table } from "../../lib/elements.js";
import { ago, exact, number } from "../../lib/format.js";
import { serviceLink, teamLink, withQuery } from "../../lib/names.js";
import { empty } from "../../lib/states.js";
import { drawFailures } from "./failures.js";

/** @import { Column, Model, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showTeams(context) {
  return context.query.name ? drawTeam(context.query.name, context) : drawTeams(context.signal);
}

/** @param {AbortSignal} signal */
async function drawTeams(signal) {
  const { data } = await get("/v1/teams", {}, {}, signal);
  return h(
    "div",
    { class: "screen", "data-title": "Teams" },
    h("div", { class: "section-head" }, h("h1", {}, "Teams"), link("/services", "By service")),
    h(
      "p",
      { class: "lead" },
      "What fails, by the team or person who owns it; those with the most open issues first.",
    ),
    data.length
      ? teamsTable(data)
      : empty("No team is named yet.", link("/settings/owners", "Say who owns what"), "."),
  );
}

/** @param {Model<"Team">[]} rows */
function teamsTable(rows) {
  /** @type {Column<Model<"Team">>[]} */
  const columns = [
    { title: "Team", className: "wide", cell: ({ name }) => teamLink(name) },
    { title: "Services", numeric: true, cell: (row) => number(row.services) },
    { title: "Issues", numeric: true, cell: (row) => number(row.issues) },
    { title: "Unresolved", numeric: true, cell: (row) => number(row.open_issues) },
    {
      title: "Last issue",
      cell: (row) =>
        row.last_created_at
          ? h("span", { title: exact(row.last_created_at) }, ago(row.last_created_at))
          : "–",
    },
  ];
  return table("Teams", columns, rows, { className: "stacked" });
}

/**
 * @param {string} name
 * @param {ScreenContext} context
 */
function drawTeam(name, context) {
  return drawFailures(context, {
    ...{ name, path: "/teams", all: "Teams", filter: { owner: [name] } },
    readSummary: (query) => get("/v1/teams/summary", {}, query, context.signal),
    about: ({ services }) =>
      services.length
        ? facts([["Services", serviceLinks(services)]])
        : h(
            "p",
            { class: "prose" },
            "It owns no service. ",
            link(withQuery("/issues", { team: name }), "Issues that name it"),
            " may belong to services that others own.",
          ),
    actions: [],
  });
}

/** @param {readonly string[]} services */
const serviceLinks = (services) => services.flatMap((name, at) => [at ? ", " : "", serviceLink(name)]);
