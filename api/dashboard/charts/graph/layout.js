// Positions of the patterns: related ones attract each other, those of one cluster gather at one place.

/** @import { DrawnGraph } from "./appearance.js" */
/** @import { Simulation, SimulationLinkDatum } from "d3-force" */
/** @typedef {{ x: number, y: number, pull: number }} Centre */
/** @typedef {{ id: string, radius: number, centre: Centre, x: number, y: number }} PlacedNode */
/** @typedef {SimulationLinkDatum<PlacedNode> & { strength: number }} Connection */
const SLICE = 14;
const MAX_STRETCH = 1.8;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/**
 * A position for every node, always the same for the same graph and shape of the page.
 * @param {typeof import("d3-force")} d3
 * @param {DrawnGraph} graph
 * @param {number} aspect
 * @param {AbortSignal} signal
 */
export async function computeLayout(d3, graph, aspect, signal) {
  const spread = 26 * Math.sqrt(graph.nodes.length);
  const centres = findCentres(graph.nodes, spread);
  /** @type {PlacedNode[]} */
  const nodes = graph.nodes.map(({ id, cluster_id: cluster, radius }, index) => ({
    ...{ id, radius, centre: centres.get(cluster ?? "") ?? { x: 0, y: 0, pull: 0.02 } },
    ...around(index, graph.nodes.length, spread),
  }));
  /** @type {Connection[]} */
  const links = graph.edges.map((edge) => ({
    source: edge.left_pattern_id,
    target: edge.right_pattern_id,
    strength: edge.strength,
  }));
  const simulation = d3
    .forceSimulation(nodes)
    .force(
      "links",
      d3
        .forceLink(links)
        .id((node) => idOf(/** @type {PlacedNode} */ (node)))
        .distance((link) => 40 + 90 * (1 - link.strength))
        .strength((link) => 0.15 * link.strength),
    )
    .force("apart", d3.forceManyBody().strength(-90).distanceMax(420).theta(1.1))
    .force("room", d3.forceCollide(room))
    .force("x", d3.forceX(centreX).strength(pull))
    .force("y", d3.forceY(centreY).strength(pull))
    .stop();
  await run(simulation, nodes.length > 600 ? 140 : 300, signal);
  const stretch = Math.min(MAX_STRETCH, Math.max(1, aspect));
  return new Map(nodes.map(({ id, x, y }) => [id, { x: x * stretch, y }]));
}

/** @param {PlacedNode} node */
const idOf = (node) => node.id;
/** @param {PlacedNode} node */
const room = (node) => node.radius + 5;
/** @param {PlacedNode} node */
const centreX = (node) => node.centre.x;
/** @param {PlacedNode} node */
const centreY = (node) => node.centre.y;
/** @param {PlacedNode} node */
const pull = (node) => node.centre.pull;

/**
 * The rounds, in slices that leave the page responsive.
 * @param {Simulation<any, any>} simulation
 * @param {number} rounds
 * @param {AbortSignal} signal
 */
async function run(simulation, rounds, signal) {
  simulation.alphaDecay(1 - 0.001 ** (1 / rounds));
  let begun = performance.now();
  for (let round = 0; round < rounds && !signal.aborted; round += 1) {
    simulation.tick();
    if (performance.now() - begun < SLICE) continue;
    await new Promise((resolve) => setTimeout(resolve));
    begun = performance.now();
  }
}

/**
 * @param {number} index
 * @param {number} count
 * @param {number} spread
 */
const around = (index, count, spread) => ({
  x: spread * Math.sqrt((index + 0.5) / count) * Math.cos(index * GOLDEN),
  y: spread * Math.sqrt((index + 0.5) / count) * Math.sin(index * GOLDEN) * 0.6,
});

/**
 * Where each cluster gathers: the largest in the middle, the others around it.
 * @param {DrawnGraph["nodes"]} nodes
 * @param {number} spread
 */
function findCentres(nodes, spread) {
  const sizes = new Map();
  for (const { cluster_id: cluster } of nodes) if (cluster) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const clusters = [...sizes].sort(([left, many], [right, few]) => few - many || (left < right ? -1 : 1));
  return new Map(
    clusters.map(([id], index) => [id, { ...around(index, clusters.length, spread), pull: 0.09 }]),
  );
}
