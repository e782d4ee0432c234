// The pattern graph: drawn by Cytoscape, with search, legend, zoom and keys; its sentence and table stand below it.

import { h } from "../../lib/elements.js";
import { numberClusters, withRadius } from "./appearance.js";
import { legend, searchField, zoomButtons } from "./controls.js";
import { View } from "./view.js";

/** @import { Model } from "../../types.js" */
/** @import { Choose } from "./view.js" */

/**
 * The graph; `clusterNames` are the names of the clusters by id, `choose(node or edge)` shows what was chosen and
 * `choose(null)` that nothing is.
 * @param {Model<"Graph">} graph
 * @param {{ clusterNames: Map<string, string>, choose: Choose, signal: AbortSignal }} options
 */
export function patternGraph(graph, { clusterNames, choose, signal }) {
  const nodes = withRadius(graph.nodes);
  const clusters = numberClusters(nodes);
  const announcement = h("p", { class: "unseen", role: "status" });
  const canvas = h(
    "div",
    {
      class: "graph",
      tabindex: "0",
      role: "group",
      "aria-label":
        "Pattern graph: arrow keys move between patterns, Enter shows the reasons, plus and minus zoom, 0 shows all",
    },
    h("p", { class: "state loading" }, "Drawing the graph …"),
  );
  const view = new View({ graph: { ...graph, nodes }, clusters, canvas, announcement, choose, signal });
  whenVisible(canvas, signal, () => view.draw());
  return h(
    "div",
    {},
    h("div", { class: "graph-tools" }, searchField(view), zoomButtons(view)),
    canvas,
    announcement,
    legend(view, clusters, clusterNames),
  );
}

/**
 * @param {HTMLElement} element
 * @param {AbortSignal} signal
 * @param {() => void} act
 */
function whenVisible(element, signal, act) {
  const observer = new IntersectionObserver(([{ isIntersecting }]) => {
    if (!isIntersecting || !element.isConnected) return;
    observer.disconnect();
    act();
  });
  observer.observe(element);
  signal.addEventListener?.("abort", () => observer.disconnect?.(), { once: true });
}
