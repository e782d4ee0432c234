// Clusters: patterns that belong to one systemic problem, as a graph and as a list.

import { get, isAborted, post } from "../../lib/client.js";
import { h, section, table } from "../../lib/elements.js";
import { ago, number, pluralize } from "../../lib/format.js";
import { followJob } from "../../lib/job.js";
import { patternLink } from "../../lib/names.js";
import { action, empty, failure, loading } from "../../lib/states.js";
import { riskMark } from "../patterns/patterns.js";
import { edgesTable, graphSection, optionsFrom } from "./graph_section.js";

/** @import { Column, Model, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
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

/** @param {Model<"Cluster">} cluster */
const clusterSize = ({ pattern_count: patterns, issue_count: issues }) =>
  `${pluralize(patterns, "pattern")}, ${pluralize(issues, "issue")}`;

/**
 * @param {Model<"Cluster">} cluster
 * @param {boolean} isSelected
 * @param {AbortSignal} signal
 */
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
      if (!isAborted(error)) body.replaceChildren(failure(error, reload));
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

/** @param {Model<"ClusterDetail">["patterns"]} patterns */
function patternsOf(patterns) {
  /** @type {Column<Model<"ClusterDetail">["patterns"][number]>[]} */
  const columns = [
    { title: "Risk", numeric: true, cell: (row) => riskMark(row.risk_score) },
    { title: "Pattern", className: "wide", cell: (row) => patternLink(row.id, row.name) },
    { title: "Issues", numeric: true, cell: (row) => number(row.issue_count) },
    { title: "Last seen", cell: (row) => ago(row.last_seen_at) },
  ];
  return table("Patterns of this cluster", columns, patterns, { className: "stacked" });
}
