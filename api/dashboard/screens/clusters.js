// Clusters: patterns that belong to one systemic problem, as a graph and as a list of the same content.

import { figure } from "../charts/axes.js";
import { drawGraph } from "../charts/graph.js";
import { get, post } from "../lib/client.js";
import { h, section, table, to } from "../lib/elements.js";
import { ago, counted, number, plain, told } from "../lib/format.js";
import { action, empty, failure, waiting } from "../lib/states.js";
import { riskMark } from "./patterns.js";

const STRONGEST = 150;

export async function showClusters({ query, me, signal }) {
  const [clusters, workspace] = await Promise.all([
    get("/v1/clusters", {}, { limit: 100 }, signal),
    get("/v1/workspace", {}, {}, signal),
  ]);
  const may = me.role !== "viewer" && workspace.features.includes("clusters");
  const recompute = () => post("/v1/clusters/recompute", {});
  return h(
    "div",
    { class: "screen", "data-title": "Clusters" },
    h(
      "div",
      { class: "section-head" },
      h("h1", {}, "Clusters"),
      may
        ? action("Recompute", recompute, { done: "Asked for. This page shows the result by itself." })
        : null,
    ),
    h(
      "p",
      { class: "lead" },
      "Patterns that share services, strike together or have a common factor: one systemic problem each.",
    ),
    graphSection(signal),
    section(
      "Clusters, largest first",
      {},
      clusters.data.length
        ? h(
            "div",
            { class: "clusters" },
            clusters.data.map((cluster) => clusterEntry(cluster, cluster.id === query.cluster, signal)),
          )
        : empty(
            "No patterns are joined yet.",
            "Clusters appear when at least two patterns share services, times or factors.",
          ),
    ),
  );
}

function graphSection(signal) {
  const place = h("div", { class: "part" });
  const { control, slider } = strengthControl();
  const load = async () => {
    place.replaceChildren(waiting("the graph"));
    try {
      const graph = await get(
        "/v1/patterns/graph",
        {},
        { min_strength: slider.value, limit: STRONGEST },
        signal,
      );
      place.replaceChildren(
        graph.edges.length
          ? graphFigure(graph)
          : empty("No two patterns are joined that strongly.", "Lower the least strength."),
      );
    } catch (error) {
      if (error.name !== "AbortError") place.replaceChildren(failure(error, load));
    }
  };
  slider.addEventListener("change", load);
  load();
  return section("How patterns hang together", { beside: control }, place);
}

function strengthControl() {
  const range = { type: "range", min: "0", max: "0.95", step: "0.05", value: "0.3" };
  const slider = h("input", { id: "strength", ...range });
  const shown = h("output", { for: "strength" }, "0.30");
  slider.addEventListener("input", () => (shown.textContent = Number(slider.value).toFixed(2)));
  const label = h("label", { for: "strength" }, "Least strength");
  return { slider, control: h("span", { class: "beside" }, label, slider, shown) };
}

function graphFigure(graph) {
  const names = new Map(graph.nodes.map((node) => [node.id, node.name]));
  const chosen = h("div", { class: "chosen", role: "status" });
  const choose = (item) =>
    chosen.replaceChildren(item.left_pattern_id ? edgeText(item, names) : nodeText(item, graph, names));
  const size = `${counted(graph.nodes.length, "pattern")} and ${counted(graph.edges.length, "tie")}.`;
  const says = `${size} The larger, the more issues; the thicker, the stronger; colour is the risk. Press a mark for its reasons.`;
  return h(
    "div",
    {},
    figure({
      title: "Pattern graph",
      says,
      height: 420,
      draw: (size) => drawGraph(graph, size, choose),
      twin: edgesTable(graph.edges, names),
    }),
    chosen,
  );
}

function edgesTable(edges, names) {
  const columns = [
    {
      title: "Pattern",
      className: "wide",
      cell: (edge) => to(`/patterns/${edge.left_pattern_id}`, names.get(edge.left_pattern_id) ?? "pattern"),
    },
    {
      title: "Joined with",
      className: "wide",
      cell: (edge) => to(`/patterns/${edge.right_pattern_id}`, names.get(edge.right_pattern_id) ?? "pattern"),
    },
    { title: "Strength", numeric: true, cell: (edge) => number(edge.strength, 2) },
    { title: "Reasons", className: "wide", cell: (edge) => reasons(edge) },
  ];
  return table("What joins which patterns, and why", columns, edges, { className: "stacked" });
}

function reasons(edge) {
  const said = Array.isArray(edge.reasons) ? edge.reasons : [edge.reasons];
  return h(
    "ul",
    { class: "reasons" },
    said.map((reason) =>
      h(
        "li",
        {},
        reason?.text ?? told(reason),
        reason?.strength ? h("span", { class: "quiet" }, ` ${number(reason.strength, 2)}`) : null,
      ),
    ),
  );
}

function edgeText(edge, names) {
  return h(
    "div",
    {},
    h("h3", {}, `${names.get(edge.left_pattern_id)} — ${names.get(edge.right_pattern_id)}`),
    reasons(edge),
  );
}

function nodeText(node, graph, names) {
  const ties = graph.edges.filter(
    (edge) => edge.left_pattern_id === node.id || edge.right_pattern_id === node.id,
  );
  const other = (edge) => (edge.left_pattern_id === node.id ? edge.right_pattern_id : edge.left_pattern_id);
  return h(
    "div",
    {},
    h("h3", {}, to(`/patterns/${node.id}`, node.name)),
    h("p", { class: "quiet" }, `${counted(node.issue_count, "issue")}, ${plain(node.status)}`),
    h(
      "ul",
      { class: "rows" },
      ties.map((edge) =>
        h("li", {}, to(`/patterns/${other(edge)}`, names.get(other(edge)) ?? "pattern"), reasons(edge)),
      ),
    ),
  );
}

const clusterSize = ({ pattern_count: patterns, issue_count: issues }) =>
  `${counted(patterns, "pattern")}, ${counted(issues, "issue")}`;

function clusterEntry(cluster, isAsked, signal) {
  const body = h("div", { class: "part" });
  const load = async () => {
    if (body.childElementCount) return;
    body.replaceChildren(waiting("its patterns"));
    try {
      const detail = await get("/v1/clusters/{cluster_id}", { cluster_id: cluster.id }, {}, signal);
      const names = new Map(detail.patterns.map((pattern) => [pattern.id, pattern.name]));
      body.replaceChildren(
        patternsOf(detail.patterns),
        h(
          "details",
          { class: "twin" },
          h("summary", {}, `What joins them (${number(detail.edges.length)})`),
          edgesTable(detail.edges, names),
        ),
      );
    } catch (error) {
      if (error.name !== "AbortError")
        body.replaceChildren(failure(error, () => (body.replaceChildren(), load())));
    }
  };
  if (isAsked) load();
  return h(
    "details",
    { class: "cluster", open: isAsked, ontoggle: load },
    h(
      "summary",
      {},
      h("strong", {}, cluster.name),
      h("span", { class: "quiet" }, ` ${clusterSize(cluster)}, computed ${ago(cluster.computed_at)}`),
      h("span", { class: "below" }, cluster.likely_cause),
    ),
    body,
  );
}

function patternsOf(patterns) {
  const columns = [
    { title: "Risk", numeric: true, cell: (row) => riskMark(row.risk_score) },
    { title: "Pattern", className: "wide", cell: (row) => to(`/patterns/${row.id}`, row.name) },
    { title: "Issues", numeric: true, cell: (row) => number(row.issue_count) },
    { title: "Last seen", cell: (row) => ago(row.last_seen_at) },
  ];
  return table("Patterns of this cluster", columns, patterns);
}
