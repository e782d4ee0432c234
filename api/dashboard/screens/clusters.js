// Clusters: patterns that belong to one systemic problem, as a graph and as a list.

import { patternGraph } from "../charts/graph/graph.js";
import { get, post } from "../lib/client.js";
import { h, link, section, table } from "../lib/elements.js";
import { ago, asText, number, plain, pluralize } from "../lib/format.js";
import { followJob } from "../lib/job.js";
import { action, empty, failure, loading, part } from "../lib/states.js";
import { riskMark } from "./patterns/patterns.js";

const AMOUNTS = [150, 500, 2_000, 5_000];
const EDGES_OF_TABLE = 200;

export async function showClusters({ query, me, signal }) {
  const [clusters, workspace] = await Promise.all([
    get("/v1/clusters", {}, { limit: 100 }, signal),
    get("/v1/workspace", {}, {}, signal),
  ]);
  const canRecompute = me.role !== "viewer" && workspace.features.includes("clusters");
  const progress = h("span", { class: "quiet", role: "status" });
  const recompute = async () => {
    const job = await post("/v1/clusters/recompute", {});
    followJob(job.id, progress, signal);
  };
  return h(
    "div",
    { class: "screen", "data-title": "Clusters" },
    h(
      "div",
      { class: "section-head" },
      h("h1", {}, "Clusters"),
      canRecompute
        ? h(
            "span",
            { class: "beside" },
            progress,
            action("Recompute", recompute, { done: "Recompute requested." }),
          )
        : null,
    ),
    h(
      "p",
      { class: "lead" },
      "Patterns that share services, occur together or have a common factor: one systemic problem each.",
    ),
    graphSection(
      optionsFrom(query),
      new Map(clusters.data.map((cluster) => [cluster.id, cluster.name])),
      signal,
    ),
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
            "No clusters yet.",
            "Clusters appear when at least two patterns share services, times or factors.",
          ),
    ),
  );
}

/** What the address wants to be shown. */
const optionsFrom = ({ strength, amount }) => ({
  strength: /^0(\.\d+)?$/.test(strength) ? strength : "0.3",
  amount: AMOUNTS.find((count) => String(count) === amount) ?? AMOUNTS[0],
});

function graphSection({ strength, amount }, clusterNames, signal) {
  const container = h("div", { class: "part" });
  const { control, slider, select } = graphControl(strength, amount);
  let drawing = new AbortController();
  const read = async () => {
    const query = { min_strength: slider.value, limit: select.value };
    const graph = await get("/v1/patterns/graph", {}, query, signal);
    return graph.edges.length
      ? graphFigure(graph, clusterNames, AbortSignal.any([signal, drawing.signal]))
      : empty("No two patterns are related this strongly.", "Lower the minimum strength.");
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

function graphFigure(graph, clusterNames, signal) {
  const names = new Map(graph.nodes.map((node) => [node.id, node.name]));
  const chosen = h("div", { class: "chosen", role: "status" });
  const choose = (item) => {
    if (item) chosen.setAttribute("data-chosen", "");
    else chosen.removeAttribute("data-chosen");
    chosen.replaceChildren(
      ...(item ? [item.left_pattern_id ? edgeText(item, names) : nodeText(item, graph, names)] : []),
    );
  };
  const size = `${pluralize(graph.nodes.length, "pattern")} and ${pluralize(graph.edges.length, "connection")}.`;
  const summary = `${size} Larger nodes have more issues, thicker edges are stronger, each colour is a cluster. Select a node or an edge for its reasons; click the graph first to zoom with the wheel.`;
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

function edgesTable(edges, names) {
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

function edgeText(edge, names) {
  return h(
    "div",
    {},
    h("h3", {}, `${names.get(edge.left_pattern_id)} — ${names.get(edge.right_pattern_id)}`),
    reasons(edge),
  );
}

function nodeText(node, graph, names) {
  const edges = graph.edges.filter(
    (edge) => edge.left_pattern_id === node.id || edge.right_pattern_id === node.id,
  );
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

const clusterSize = ({ pattern_count: patterns, issue_count: issues }) =>
  `${pluralize(patterns, "pattern")}, ${pluralize(issues, "issue")}`;

function clusterEntry(cluster, isSelected, signal) {
  const body = h("div", { class: "part" });
  const load = async () => {
    if (body.childElementCount) return;
    body.replaceChildren(loading("its patterns"));
    try {
      const detail = await get("/v1/clusters/{cluster_id}", { cluster_id: cluster.id }, {}, signal);
      const names = new Map(detail.patterns.map((pattern) => [pattern.id, pattern.name]));
      body.replaceChildren(
        patternsOf(detail.patterns),
        h(
          "details",
          { class: "data-table" },
          h("summary", {}, `How they are related (${number(detail.edges.length)})`),
          edgesTable(detail.edges, names),
        ),
      );
    } catch (error) {
      if (error.name !== "AbortError") body.replaceChildren(failure(error, reload));
    }
  };
  const reload = () => {
    body.replaceChildren();
    load();
  };
  if (isSelected) load();
  return h(
    "details",
    { class: "cluster", open: isSelected, ontoggle: load },
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
    { title: "Pattern", className: "wide", cell: (row) => link(`/patterns/${row.id}`, row.name) },
    { title: "Issues", numeric: true, cell: (row) => number(row.issue_count) },
    { title: "Last seen", cell: (row) => ago(row.last_seen_at) },
  ];
  return table("Patterns of this cluster", columns, patterns);
}
