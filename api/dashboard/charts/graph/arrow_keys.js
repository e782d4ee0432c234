// Walking through the graph with the keyboard: arrow keys go to the nearest pattern in that direction.

/** @import { Core, NodeSingular } from "cytoscape" */
/** @type {Record<string, [number, number]>} */
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * The nearest node in the direction of an arrow key; the same node where there is none.
 * @param {Core} cy
 * @param {NodeSingular} node
 * @param {string} key
 */
export function findNeighbour(cy, node, key) {
  const [x, y] = DIRECTIONS[key];
  const from = node.position();
  let [best, least] = [node, Infinity];
  for (const other of cy.nodes().toArray()) {
    const to = other.position();
    const along = (to.x - from.x) * x + (to.y - from.y) * y;
    const aside = Math.abs((to.x - from.x) * y) + Math.abs((to.y - from.y) * x);
    if (other.id() === node.id() || along <= 0 || aside > 2 * along) continue;
    const distance = along + 1.5 * aside;
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

/** @param {string} key */
export const isArrowKey = (key) => key in DIRECTIONS;
