// The libraries that draw the graph, unchanged from their packages; read only when a graph is shown.

/** Cytoscape, which draws, and d3-force, which lays out. */
export async function loadLibraries() {
  const [{ default: cytoscape }] = await Promise.all([
    import("../../vendor/cytoscape.esm.min.mjs"),
    import("../../vendor/d3-quadtree.min.js"),
    import("../../vendor/d3-dispatch.min.js"),
    import("../../vendor/d3-timer.min.js"),
  ]);
  // Takes the three before it from the global `d3` as soon as it is read.
  await import("../../vendor/d3-force.min.js");
  const { d3 } = /** @type {{ d3: typeof import("d3-force") }} */ (/** @type {unknown} */ (globalThis));
  return { cytoscape, d3 };
}
