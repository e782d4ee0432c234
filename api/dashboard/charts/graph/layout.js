// Positions of the patterns: related ones attract each other, those of one cluster gather at one place.

const SLICE = 14;
const MAX_STRETCH = 1.8;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** A position for every node, always the same for the same graph and shape of the page. */
export async function computeLayout(d3, graph, aspect, signal) {
  const spread = 26 * Math.sqrt(graph.nodes.length);
  const centres = findCentres(graph.nodes, spread);
  const nodes = graph.nodes.map(({ id, cluster_id: cluster, radius }, index) => ({
    ...{ id, radius, centre: centres.get(cluster) ?? { x: 0, y: 0, pull: 0.02 } },
    ...around(index, graph.nodes.length, spread),
  }));
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
        .id((node) => node.id)
        .distance((link) => 40 + 90 * (1 - link.strength))
        .strength((link) => 0.15 * link.strength),
    )
    .force("apart", d3.forceManyBody().strength(-90).distanceMax(420).theta(1.1))
    .force(
      "room",
      d3.forceCollide((node) => node.radius + 5),
    )
    .force(
      "x",
      d3.forceX((node) => node.centre.x).strength((node) => node.centre.pull),
    )
    .force(
      "y",
      d3.forceY((node) => node.centre.y).strength((node) => node.centre.pull),
    )
    .stop();
  await run(simulation, nodes.length > 600 ? 140 : 300, signal);
  const stretch = Math.min(MAX_STRETCH, Math.max(1, aspect));
  return new Map(nodes.map(({ id, x, y }) => [id, { x: x * stretch, y }]));
}

/** The rounds, in slices that leave the page responsive. */
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

const around = (index, count, spread) => ({
  x: spread * Math.sqrt((index + 0.5) / count) * Math.cos(index * GOLDEN),
  y: spread * Math.sqrt((index + 0.5) / count) * Math.sin(index * GOLDEN) * 0.6,
});

/** Where each cluster gathers: the largest in the middle, the others around it. */
function findCentres(nodes, spread) {
  const sizes = new Map();
  for (const { cluster_id: cluster } of nodes) if (cluster) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const clusters = [...sizes].sort(([left, many], [right, few]) => few - many || (left < right ? -1 : 1));
  return new Map(
    clusters.map(([id], index) => [id, { ...around(index, clusters.length, spread), pull: 0.09 }]),
  );
}
