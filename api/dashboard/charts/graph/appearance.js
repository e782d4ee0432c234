// How the graph looks: the colours of the theme, one colour a cluster, the border by risk.

import { band } from "../../lib/format.js";
import { Impact } from "../../lib/vocabulary.js";

/** @import { Model } from "../../types.js" */
/** @typedef {ReturnType<typeof withRadius>[number]} DrawnNode */
/** @typedef {{ nodes: DrawnNode[], edges: Model<"Edge">[] }} DrawnGraph */

export const CLUSTER_COLOURS = 8;
const NAMES = [
  "paper",
  "sheet",
  "ink",
  "soft",
  "rule-strong",
  "accent",
  "low-soft",
  "critical",
  "high",
  "medium",
  "low",
];

/**
 * The colours of the present theme by the names of the style sheet.
 * @param {HTMLElement} container
 */
export function readColours(container) {
  const probe = document.createElement("span");
  container.append(probe);
  /** @param {string} name */
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const names = [...NAMES, ...Array.from({ length: CLUSTER_COLOURS }, (_, index) => `cluster-${index}`)];
  const colours = Object.fromEntries(names.map((name) => [name, read(name)]));
  probe.remove();
  return colours;
}

/**
 * The numbers of the clusters' colours: the largest ones have one each, the others none.
 * @param {Model<"Node">[]} nodes
 */
export function numberClusters(nodes) {
  const sizes = new Map();
  for (const { cluster_id: cluster } of nodes) if (cluster) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const largest = [...sizes].sort(([left, many], [right, few]) => few - many || (left < right ? -1 : 1));
  return new Map(largest.slice(0, CLUSTER_COLOURS).map(([id, size], number) => [id, { number, size }]));
}

/**
 * Each node's radius by its issues.
 * @param {Model<"Node">[]} nodes
 */
export function withRadius(nodes) {
  const most = Math.max(1, ...nodes.map((node) => node.issue_count));
  return nodes.map((node) => ({ ...node, radius: 7 + 15 * Math.sqrt(node.issue_count / most) }));
}

/**
 * The elements that Cytoscape draws.
 * @param {DrawnGraph} graph
 * @param {Map<string, { x: number, y: number }>} positions
 * @param {ReturnType<typeof numberClusters>} clusters
 * @param {number} labels
 */
export function elementsOf(graph, positions, clusters, labels) {
  const labelled = new Set(
    [...graph.nodes].sort((left, right) => (right.risk_score ?? 0) - (left.risk_score ?? 0)).slice(0, labels),
  );
  /** @param {string | null} cluster */
  const colourOf = (cluster) => {
    const colour = cluster === null ? undefined : clusters.get(cluster)?.number;
    return colour === undefined ? "" : `cluster-${colour}`;
  };
  const nodes = graph.nodes.map((node) => ({
    data: { id: node.id, name: node.name, size: 2 * node.radius },
    classes: [
      `risk-${band(node.risk_score ?? 0)}`,
      colourOf(node.cluster_id),
      labelled.has(node) ? "labelled" : "",
    ].join(" "),
    position: { ...(positions.get(node.id) ?? { x: 0, y: 0 }) },
  }));
  const edges = graph.edges.map((edge, index) => ({
    data: {
      id: `edge-${index}`,
      index,
      source: edge.left_pattern_id,
      target: edge.right_pattern_id,
      width: 0.8 + 3.5 * edge.strength,
    },
  }));
  return [...nodes, ...edges];
}

/**
 * @param {string} selector
 * @param {Record<string, unknown>} style
 */
const rule = (selector, style) => ({ selector, style });

/**
 * The style sheet of the graph. Where it is narrow, names have one line, so that they do not cover one another: a
 * chosen pattern's whole name stands below the graph.
 * @param {Record<string, string>} colours
 * @param {string} font
 * @param {boolean} isNarrow
 */
export function buildStyle(colours, font, isNarrow) {
  const text = {
    color: colours.ink,
    "text-outline-color": colours.paper,
    "text-outline-width": 2,
    "font-family": font,
    "font-size": 11,
  };
  const label = {
    label: "data(name)",
    "text-wrap": isNarrow ? "ellipsis" : "wrap",
    "text-max-width": isNarrow ? 90 : 150,
    "text-valign": "bottom",
    "text-margin-y": 3,
  };
  const shape = {
    width: "data(size)",
    height: "data(size)",
    "background-color": colours["low-soft"],
    "border-width": 2.5,
  };
  const line = {
    width: "data(width)",
    "line-color": colours["rule-strong"],
    "curve-style": "haystack",
    "haystack-radius": 0,
  };
  const always = { "min-zoomed-font-size": 0 };
  return [
    rule("node", { ...text, ...label, ...shape, "min-zoomed-font-size": 11 }),
    ...Array.from({ length: CLUSTER_COLOURS }, (_, index) =>
      rule(`.cluster-${index}`, { "background-color": colours[`cluster-${index}`] }),
    ),
    ...Impact.values.map((risk) => rule(`.risk-${risk}`, { "border-color": colours[risk] })),
    rule("node.labelled", always),
    rule("edge", line),
    rule(".dim", { opacity: 0.15, "text-opacity": 0 }),
    rule("edge.chosen", { "line-color": colours.accent }),
    rule("node.chosen", { ...always, "border-color": colours.ink, "border-width": 4, "z-index": 10 }),
    rule("node.near", always),
  ];
}
