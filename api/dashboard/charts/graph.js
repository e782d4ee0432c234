// The pattern graph: a force-directed layout from fixed starting points, so that a graph always looks the same.

import { s } from "../lib/elements.js";
import { band, pluralize, number } from "../lib/format.js";

const ROUNDS = 320;
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

/** A position for every node: edges attract, nodes repel, the centre attracts all. */
function layout(nodes, edges, width, height) {
  const places = nodes.map((_, index) => {
    const distance = Math.sqrt((index + 0.5) / nodes.length) * 0.46;
    return {
      x: width * (0.5 + distance * Math.cos(index * GOLDEN)),
      y: height * (0.5 + distance * Math.sin(index * GOLDEN)),
    };
  });
  const at = new Map(nodes.map((node, index) => [node.id, index]));
  const links = edges.map((edge) => [
    at.get(edge.left_pattern_id),
    at.get(edge.right_pattern_id),
    edge.strength,
  ]);
  const ideal = Math.sqrt((width * height) / Math.max(nodes.length, 1)) * 0.75;
  for (let round = 0; round < ROUNDS; round += 1) {
    const heat = (1 - round / ROUNDS) * Math.min(width, height) * 0.05;
    move(places, forces(places, links, ideal, width, height), heat, width, height);
  }
  return places;
}

function forces(places, links, ideal, width, height) {
  const pushes = places.map((place) => ({
    x: (width / 2 - place.x) * 0.03,
    y: (height / 2 - place.y) * 0.05,
  }));
  for (let left = 0; left < places.length; left += 1) {
    for (let right = left + 1; right < places.length; right += 1) repel(places, pushes, left, right, ideal);
  }
  for (const [left, right, strength] of links) attract(places, pushes, left, right, ideal, strength);
  return pushes;
}

function repel(places, pushes, left, right, ideal) {
  const x = places[left].x - places[right].x || 0.01;
  const y = places[left].y - places[right].y || 0.01;
  const square = Math.max(x * x + y * y, 16);
  const force = (ideal * ideal) / square;
  pushes[left].x += x * force * 0.06;
  pushes[left].y += y * force * 0.06;
  pushes[right].x -= x * force * 0.06;
  pushes[right].y -= y * force * 0.06;
}

function attract(places, pushes, left, right, ideal, strength) {
  const x = places[right].x - places[left].x;
  const y = places[right].y - places[left].y;
  const pull = (Math.hypot(x, y) / ideal) * (0.02 + 0.05 * strength);
  pushes[left].x += x * pull;
  pushes[left].y += y * pull;
  pushes[right].x -= x * pull;
  pushes[right].y -= y * pull;
}

function move(places, pushes, heat, width, height) {
  places.forEach((place, index) => {
    const { x, y } = pushes[index];
    const length = Math.hypot(x, y) || 1;
    const step = Math.min(length, heat);
    place.x = Math.min(width - 26, Math.max(26, place.x + (x / length) * step));
    place.y = Math.min(height - 26, Math.max(18, place.y + (y / length) * step));
  });
}

/** The SVG elements; the riskiest nodes are labelled, `choose(node or edge)` is called on a click. */
export function drawGraph(graph, { width, height }, choose) {
  const places = layout(graph.nodes, graph.edges, width, height);
  const at = new Map(graph.nodes.map((node, index) => [node.id, places[index]]));
  const maxIssues = Math.max(1, ...graph.nodes.map((node) => node.issue_count));
  const labelled = new Set(
    [...graph.nodes]
      .sort((left, right) => (right.risk_score ?? 0) - (left.risk_score ?? 0))
      .slice(0, Math.floor(width / 90)),
  );
  return [
    s(
      "g",
      { class: "edges" },
      graph.edges.map((edge) => edgeLine(edge, at, choose)),
    ),
    s(
      "g",
      { class: "nodes" },
      graph.nodes.map((node, index) => nodeMark(node, places[index], maxIssues, labelled.has(node), width, choose)),
    ),
  ];
}

function edgeLine(edge, at, choose) {
  const [left, right] = [at.get(edge.left_pattern_id), at.get(edge.right_pattern_id)];
  const ends = { x1: left.x, y1: left.y, x2: right.x, y2: right.y };
  const line = s("line", { ...ends, "stroke-width": (0.8 + 3.5 * edge.strength).toFixed(1) });
  return s(
    "g",
    { onclick: () => choose(edge) },
    line,
    s("line", { ...ends, class: "reach" }, s("title", {}, `strength ${number(edge.strength, 2)}`)),
  );
}

/** A long name without its middle: names that begin alike often differ at their ends. */
const shorten = (name) => (name.length > 34 ? `${name.slice(0, 20)}…${name.slice(-13)}` : name);

const isPress = ({ key }) => key === "Enter" || key === " ";

function nodeMark(node, place, maxIssues, isLabelled, width, choose) {
  const radius = 5 + 11 * Math.sqrt(node.issue_count / maxIssues);
  const name = shorten(node.name);
  const end = place.x > width * 0.66;
  const summary = `${node.name}: ${pluralize(node.issue_count, "issue")}`;
  return s(
    "g",
    {
      class: `node risk-${band(node.risk_score ?? 0)}`,
      tabindex: "0",
      role: "button",
      "aria-label": summary,
      onclick: () => choose(node),
      onkeydown: (event) => isPress(event) && (event.preventDefault(), choose(node)),
    },
    s("circle", { cx: place.x, cy: place.y, r: radius }, s("title", {}, summary)),
    isLabelled
      ? s(
          "text",
          {
            x: place.x + (end ? -radius - 4 : radius + 4),
            y: place.y + 4,
            "text-anchor": end ? "end" : "start",
          },
          name,
        )
      : null,
  );
}
