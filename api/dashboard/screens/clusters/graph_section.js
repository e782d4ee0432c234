// The graph of related patterns, with the reasons of every connection.

import { patternGraph } from "../../charts/graph/graph.js";
import { get } from "../../lib/client.js";
import { h, link, section, table } from "../../lib/elements.js";
import { asText, number, plain, pluralize } from "../../lib/format.js";
import { empty, part } from "../../lib/states.js";

/** @import { Column, Model } from "../../types.js" */
/** @import { GraphItem } from "../../charts/graph/view.js" */

const AMOUNTS = [150, 500, 2_000, 5_000];
const EDGES_OF_TABLE = 200;

/**
 * What the address wants to be shown.
 * @param {Record<string, string>} options
 */
export const optionsFrom = ({ strength, amount }) => ({
  strength: /^0(\.\d+)?$/.test(strength) ? strength : "0.3",
  amount: AMOUNTS.find((count) => String(count) === amount) ?? AMOUNTS[0],
});

/**
 * @param {ReturnType<typeof optionsFrom>} options
 * @param {Map<string, string>} clusterNames
 * @param {AbortSignal} signal
 */
export function graphSection({ strength, amount }, clusterNames, signal) {
  const container = h("div", { class: "part" });
  const { control, slider, select } = graphControl(strength, amount);
  let drawing = new AbortController();
  const read = async () => {
    const query = { min_strength: slider.value, limit: select.value };
    const graph = await get("/v1/patterns/graph", {}, query, signal);
    return graph.edges.length
      ? graphFigure(graph, clusterNames, AbortSignal.any([signal, drawing.signal]))
      : empty(
          "No two patterns are related this strongly.",
          Number(slider.value) > 0
            ? "Lower the minimum strength."
            : "Relations appear as patterns recur together.",
        );
  };
  const load = () => {
    drawing.abort();
    drawing = new AbortController();
    container.replaceChildren(part("the graph", read));
  };
  const change = () => {
    history.replaceState(history.state, "", `#/clusters?strength=${slider.value}&amount=${select.value}`);
    load();
  };
  slider.addEventListener("change", change);
  select.addEventListener("change", change);
  load();
  return section("Pattern graph", { beside: control }, container);
}

/**
 * @param {string} strength
 * @param {number} amount
 */
function graphControl(strength, amount) {
  const range = { type: "range", min: "0", max: "0.95", step: "0.05", value: strength };
  const slider = h("input", { id: "strength", ...range });
  const output = h("output", { for: "strength" }, Number(strength).toFixed(2));
  slider.addEventListener("input", () => (output.textContent = Number(slider.value).toFixed(2)));
  const select = h(
    "select",
    { id: "amount" },
    AMOUNTS.map((count) =>
      h("option", { value: count, selected: count === amount }, `${number(count)} strongest`),
    ),
  );
  const controls = [
    h("label", { for: "strength" }, "Minimum strength"),
    ...[slider, output],
    h("label", { for: "amount" }, "Connections"),
    select,
  ];
  return { slider, select, control: h("span", { class: "beside" }, controls) };
}

/**
 * @param {Model<"Graph">} graph
 * @param {Map<string, string>} clusterNames
 * @param {AbortSignal} signal
 */
function graphFigure(graph, clusterNames, signal) {
  const names = new Map(graph.nodes.map((node) => [node.id, node.name]));
  const chosen = h("div", { class: "chosen", role: "status" });
  /** @param {GraphItem | null} item */
  const choose = (item) => {
    if (item) chosen.setAttribute("data-chosen", "");
    else chosen.removeAttribute("data-chosen");
    chosen.replaceChildren();
    if (item) chosen.append("left_pattern_id" in item ? edgeText(item, names) : nodeText(item, graph, names));
  };
  const size = `${pluralize(graph.nodes.length, "pattern")} and ${pluralize(graph.edges.length, "connection")}.`;
  const summary = `${size} Larger nodes have more issues, thicker edges are stronger, each colour is a cluster, and grey is in none. Select a node or an edge for its reasons; click the graph first to zoom with the wheel.`;
  const rows = graph.edges.slice(0, EDGES_OF_TABLE);
  return h(
    "figure",
    {},
    patternGraph(graph, { clusterNames, choose, signal }),
    h("figcaption", {}, summary),
    chosen,
    h(
      "details",
      { class: "data-table" },
      h(
        "summary",
        {},
        rows.length < graph.edges.length ? `The ${rows.length} strongest as a table` : "As a table",
      ),
      edgesTable(rows, names),
    ),
  );
}

/**
 * @param {Model<"Edge">[]} edges
 * @param {Map<string, string>} names
 */
export function edgesTable(edges, names) {
  /** @type {Column<Model<"Edge">>[]} */
  const columns = [
    {
      title: "Pattern",
      className: "wide",
      cell: (edge) => link(`/patterns/${edge.left_pattern_id}`, names.get(edge.left_pattern_id) ?? "pattern"),
    },
    {
      title: "Related to",
      className: "wide",
      cell: (edge) =>
        link(`/patterns/${edge.right_pattern_id}`, names.get(edge.right_pattern_id) ?? "pattern"),
    },
    { title: "Strength", numeric: true, cell: (edge) => number(edge.strength, 2) },
    { title: "Reasons", className: "wide", cell: (edge) => reasons(edge) },
  ];
  return table("Edges of the pattern graph, with their reasons", columns, edges, { className: "stacked" });
}

/** @param {Model<"Edge">} edge */
function reasons(edge) {
  const items = Array.isArray(edge.reasons) ? edge.reasons : [edge.reasons];
  return h(
    "ul",
    { class: "reasons" },
    items.map((reason) =>
      h(
        "li",
        {},
        reason?.text ?? asText(reason),
        reason?.strength ? h("span", { class: "quiet" }, ` ${number(reason.strength, 2)}`) : null,
      ),
    ),
  );
}

/**
 * @param {Model<"Edge">} edge
 * @param {Map<string, string>} names
 */
function edgeText(edge, names) {
  return h(
    "div",
    {},
    h("h3", {}, `${names.get(edge.left_pattern_id)} — ${names.get(edge.right_pattern_id)}`),
    reasons(edge),
  );
}

/**
 * @param {Model<"Node">} node
 * @param {Model<"Graph">} graph
 * @param {Map<string, string>} names
 */
function nodeText(node, graph, names) {
  const edges = graph.edges.filter(
    (edge) => edge.left_pattern_id === node.id || edge.right_pattern_id === node.id,
  );
  /** @param {Model<"Edge">} edge */
  const other = (edge) => (edge.left_pattern_id === node.id ? edge.right_pattern_id : edge.left_pattern_id);
  return h(
    "div",
    {},
    h("h3", {}, link(`/patterns/${node.id}`, node.name)),
    h("p", { class: "quiet" }, `${pluralize(node.issue_count, "issue")}, ${plain(node.status)}`),
    h(
      "ul",
      { class: "rows" },
      edges.map((edge) =>
        h("li", {}, link(`/patterns/${other(edge)}`, names.get(other(edge)) ?? "pattern"), reasons(edge)),
      ),
    ),
  );
}
