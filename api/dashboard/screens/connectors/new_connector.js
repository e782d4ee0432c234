// A new connector in steps: pick the tool, enter its credentials and scope, test it, watch the backfill.

import { get } from "../../lib/client.js";
import { h, link } from "../../lib/elements.js";
import { plain, pluralize } from "../../lib/format.js";
import { empty } from "../../lib/states.js";
import { newConnectorForm } from "./new_connector_form.js";

/** @import { ScreenContext, Tool } from "../../types.js" */

/** What people look for by another name.
 * @type {Record<string, string>} */
const KNOWN_AS = { file_upload: "upload file csv excel xlsx json junit sarif export" };
const STEPS = ["Pick the tool", "Credentials and scope", "Test", "Backfill"];

/**
 * The steps of the wizard, with the present one marked.
 * @param {number} present
 */
export const stepsOf = (present) =>
  h(
    "ol",
    { class: "steps", "aria-label": "Steps" },
    STEPS.map((name, index) =>
      h("li", { "aria-current": index === present ? "step" : null }, `${index + 1}. ${name}`),
    ),
  );

/** @param {ScreenContext} context */
export async function showNewConnector({ query, signal }) {
  const catalog = await get("/v1/connectors/catalog", {}, {}, signal);
  const tool = catalog.data.find(
    (entry) => entry.type === query.type && (entry.declaration ?? "") === (query.declaration ?? ""),
  );
  const others = tool ? await get("/v1/connectors", {}, { type: tool.type, limit: 100 }, signal) : null;
  return h(
    "div",
    { class: "screen", "data-title": tool ? `Connect ${tool.title}` : "New connector" },
    h(
      "p",
      { class: "trail" },
      link("/connectors", "Connectors"),
      " / ",
      tool ? link("/connectors/new", "new") : "new",
    ),
    h("h1", {}, tool ? `Connect ${tool.title}` : "What records your failures?"),
    stepsOf(tool ? 1 : 0),
    tool ? newConnectorForm(tool, others?.data ?? []) : pick(catalog.data),
  );
}

/** @param {Tool[]} tools */
function pick(tools) {
  const found = h("div", { class: "part" });
  const count = h("p", { class: "quiet", role: "status" });
  const search = h("input", {
    id: "tool",
    type: "search",
    maxlength: 60,
    placeholder: "Jira, Sentry, GitLab …",
  });
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    /** @param {Tool} tool */
    const text = (tool) =>
      `${tool.title} ${tool.type} ${plain(tool.category)} ${KNOWN_AS[tool.type] ?? ""}`.toLowerCase();
    const matching = tools.filter((tool) => words.every((word) => text(tool).includes(word)));
    count.textContent = `${pluralize(matching.length, "tool")}`;
    found.replaceChildren(
      matching.length
        ? h("div", { class: "wizard" }, byCategory(matching, words.length > 0))
        : empty("No tool of this name.", link("/connectors/own", "Describe it yourself"), "."),
    );
  };
  search.addEventListener("input", show);
  show();
  return [
    h("div", { class: "field more tool-search" }, h("label", { for: "tool" }, "Search"), search),
    h(
      "p",
      { class: "quiet" },
      "Not in the list? ",
      link("/connectors/own", "Write a connector of your own"),
      ".",
    ),
    count,
    found,
  ];
}

/**
 * @param {Tool[]} tools
 * @param {boolean} isSearched
 */
function byCategory(tools, isSearched) {
  const isNarrow = globalThis.matchMedia?.("(max-width: 60rem)").matches;
  const groups = Map.groupBy ? Map.groupBy(tools, (tool) => tool.category) : group(tools);
  return [...groups].map(([category, entries]) =>
    isNarrow && !isSearched
      ? h(
          "details",
          {},
          h("summary", {}, h("h2", {}, `${plain(category)} (${entries.length})`)),
          choices(entries),
        )
      : h("section", {}, h("h2", {}, plain(category)), choices(entries)),
  );
}

/** @param {Tool[]} tools */
function group(tools) {
  const groups = new Map();
  for (const tool of tools) groups.set(tool.category, [...(groups.get(tool.category) ?? []), tool]);
  return groups;
}

/** @param {Tool[]} entries */
const choices = (entries) => h("ul", { class: "choices" }, entries.map(choice));

/** @param {Tool} tool */
const choice = (tool) =>
  h(
    "li",
    {},
    tool.available ? link(addressOf(tool), tool.title) : tool.title,
    tool.is_custom ? h("span", { class: "mark-word" }, " custom") : null,
    h(
      "span",
      { class: "quiet" },
      tool.available
        ? ` ${[waysOf(tool), tool.tickets && "opens tickets"].filter(Boolean).join(", ")}`
        : ` needs the ${tool.plan} plan`,
    ),
  );

/**
 * How records come, where it is by one way only: most tools are polled and push.
 * @param {Tool} tool
 */
function waysOf({ polls, webhooks }) {
  if (polls === webhooks) return null;
  return polls ? "polled only" : "webhook only";
}

/** @param {Tool} tool */
const addressOf = (tool) =>
  tool.type === "file_upload"
    ? "/uploads"
    : `/connectors/new?type=${tool.type}${tool.declaration ? `&declaration=${tool.declaration}` : ""}`;
