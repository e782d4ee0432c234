// The drawing of the pattern graph, and what can be done with it.

import { pluralize } from "../../lib/format.js";
import { failure } from "../../lib/states.js";
import { buildStyle, elementsOf, readColours } from "./appearance.js";
import { findNeighbour, isArrowKey } from "./arrow_keys.js";
import { computeLayout } from "./layout.js";
import { loadLibraries } from "./libraries.js";

/** @import { Model } from "../../types.js" */
/** @import { Collection, Core, CytoscapeOptions, EdgeSingular, EventObject, NodeSingular } from "cytoscape" */
/** @import { DrawnGraph, DrawnNode, numberClusters } from "./appearance.js" */
/** @typedef {Model<"Node"> | Model<"Edge">} GraphItem */
/** @typedef {(item: GraphItem | null) => void} Choose */

const ZOOM_STEP = 1.35;
const MANY_NODES = 600;
const MAX_FITTED_ZOOM = 1.4;
const LABEL_PIXELS = 12;
const NARROW = 600;
const LABEL_WIDTH = 150;

/** The drawing and what can be done with it. */
export class View {
  /** @type {Core | null} */
  #cy = null;
  /** @type {NodeSingular | null} */
  #current = null;
  /** @type {number | null} */
  #labelling = null;

  /**
   * @param {{
   *   graph: DrawnGraph,
   *   clusters: ReturnType<typeof numberClusters>,
   *   canvas: HTMLElement,
   *   announcement: HTMLElement,
   *   choose: Choose,
   *   signal: AbortSignal,
   * }} parts
   */
  constructor({ graph, clusters, canvas, announcement, choose, signal }) {
    this.graph = graph;
    this.clusters = clusters;
    this.canvas = canvas;
    this.announcement = announcement;
    this.choose = choose;
    this.signal = signal;
    this.nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  }

  /** Whether it can be acted on: it is drawn when it is first seen. */
  get isDrawn() {
    return this.#cy !== null;
  }

  /** Cytoscape, once it has drawn. */
  get cy() {
    if (!this.#cy) throw new Error("The graph is not drawn yet.");
    return this.#cy;
  }

  async draw() {
    try {
      const { cytoscape, d3 } = await loadLibraries();
      const positions = await computeLayout(
        d3,
        this.graph,
        this.canvas.clientWidth / this.canvas.clientHeight,
        this.signal,
      );
      if (this.signal.aborted || !this.canvas.isConnected) return;
      this.canvas.replaceChildren();
      this.#cy = cytoscape(this.#options(positions));
      this.#bindEvents();
      this.canvas.dataset.drawn = "";
    } catch (error) {
      this.canvas.replaceChildren(failure(error, () => this.draw()));
    }
  }

  /**
   * @param {Awaited<ReturnType<typeof computeLayout>>} positions
   * @returns {CytoscapeOptions}
   */
  #options(positions) {
    const isLarge = this.graph.nodes.length > MANY_NODES;
    const style = this.#style();
    return {
      container: this.canvas,
      elements: elementsOf(this.graph, positions, this.clusters, this.canvas.clientWidth / 100),
      style,
      layout: { name: "preset", fit: true, padding: 30 },
      ...{
        minZoom: 0.05,
        maxZoom: 4,
        boxSelectionEnabled: false,
        autounselectify: true,
        autoungrabify: true,
      },
      ...{ hideEdgesOnViewport: isLarge, textureOnViewport: isLarge, pixelRatio: isLarge ? 1 : "auto" },
      // The wheel scrolls the page, and a finger moves it, until somebody enters the graph.
      ...{ userZoomingEnabled: false, userPanningEnabled: !matchMedia("(pointer: coarse)").matches },
    };
  }

  #style = () =>
    buildStyle(
      readColours(this.canvas),
      getComputedStyle(this.canvas).fontFamily,
      this.canvas.clientWidth < NARROW,
    );

  #bindEvents() {
    const { cy, canvas } = this;
    this.fitTo(cy.elements(), 30);
    this.label();
    cy.on("zoom", () => (this.#labelling ??= requestAnimationFrame(() => this.label())));
    cy.on("tap", "node", (/** @type {EventObject} */ { target }) => this.selectNode(target));
    cy.on("tap", "edge", (/** @type {EventObject} */ { target }) => this.selectEdge(target));
    cy.on("tap", (/** @type {EventObject} */ { target }) => {
      if (target === cy) this.clear();
    });
    cy.on("mouseover", "node", () => (canvas.style.cursor = "pointer"));
    cy.on("mouseout", "node", () => (canvas.style.cursor = ""));
    canvas.addEventListener("pointerdown", () => canvas.focus({ preventScroll: true }));
    canvas.addEventListener("focus", () => this.#enableZoom());
    canvas.addEventListener("blur", () => this.#disableZoom());
    canvas.addEventListener("keydown", (event) => this.#handleKey(event));
    const restyle = () => cy.style(this.#style());
    const dark = matchMedia("(prefers-color-scheme: dark)");
    addEventListener("theme-changed", restyle, { signal: this.signal });
    dark.addEventListener("change", restyle, { signal: this.signal });
    const resize = new ResizeObserver(() => cy.resize());
    resize.observe(canvas);
    this.signal.addEventListener(
      "abort",
      () => {
        resize.disconnect();
        cy.destroy();
      },
      { once: true },
    );
    if (document.activeElement === canvas) this.#enableZoom();
  }

  /** Keep the labels that are always shown readable at every zoom. */
  label() {
    this.#labelling = null;
    if (this.cy.destroyed()) return;
    const zoom = this.cy.zoom();
    this.cy
      .nodes(".labelled, .chosen, .near")
      .style({ "font-size": LABEL_PIXELS / zoom, "text-max-width": LABEL_WIDTH / zoom });
  }

  #enableZoom() {
    this.cy.userZoomingEnabled(true).userPanningEnabled(true);
  }

  #disableZoom() {
    this.cy.userZoomingEnabled(false).userPanningEnabled(!matchMedia("(pointer: coarse)").matches);
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const acts = {
      "+": () => this.zoomIn(),
      "=": () => this.zoomIn(),
      "-": () => this.zoomOut(),
      0: () => this.fit(),
    };
    const act = isArrowKey(key)
      ? () => this.moveTo(key)
      : {
          ...acts,
          Enter: () => this.#current && this.selectNode(this.#current),
          " ": () => this.#current && this.selectNode(this.#current),
          Escape: () => this.clear(),
        }[key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /**
   * Go to the next pattern in the direction of an arrow key; at first, to the riskiest one.
   * @param {string} key
   */
  moveTo(key) {
    const riskiest = [...this.graph.nodes].sort(
      (left, right) => (right.risk_score ?? 0) - (left.risk_score ?? 0),
    )[0];
    this.goTo(
      this.#current ? findNeighbour(this.cy, this.#current, key) : this.cy.getElementById(riskiest.id),
    );
  }

  /** @param {NodeSingular} node */
  goTo(node) {
    this.cy.nodes(".chosen").removeClass("chosen");
    this.#current = node.addClass("chosen");
    this.label();
    const { x1, x2, y1, y2 } = this.cy.extent();
    const { x, y } = node.position();
    if (x < x1 + 20 || x > x2 - 20 || y < y1 + 20 || y > y2 - 20) this.cy.center(node);
    const data = this.nodeOf(node);
    this.announcement.textContent = `${data.name}: ${pluralize(data.issue_count, "issue")}, ${pluralize(node.connectedEdges().length, "connection")}`;
  }

  /** @param {NodeSingular} node */
  selectNode(node) {
    this.goTo(node);
    this.#highlight(node.closedNeighborhood());
    node.connectedEdges().addClass("chosen");
    node.neighborhood("node").addClass("near");
    this.label();
    this.choose(this.nodeOf(node));
  }

  /** @param {EdgeSingular} edge */
  selectEdge(edge) {
    this.#current = null;
    this.#highlight(edge.union(edge.connectedNodes()));
    edge.addClass("chosen");
    edge.connectedNodes().addClass("near");
    this.label();
    this.choose(this.graph.edges[edge.data("index")]);
  }

  clear() {
    this.#current = null;
    this.canvas.dispatchEvent(new CustomEvent("cleared"));
    this.cy.elements().removeClass("dim chosen near");
    this.choose(null);
  }

  /**
   * Show only the nodes for which it is true, and go to them; returns how many.
   * @param {(node: Model<"Node">) => boolean} isShown
   */
  show(isShown) {
    const found = this.cy.nodes().filter((node) => isShown(this.nodeOf(node)));
    if (found.length) this.#highlight(found.union(found.edgesWith(found)));
    if (found.length) this.fitTo(found, 60);
    return found.length;
  }

  /** @param {Collection} elements */
  #highlight(elements) {
    this.cy.batch(() => {
      const marked = this.#current;
      this.cy.elements().addClass("dim").removeClass("near chosen");
      elements.removeClass("dim");
      marked?.addClass("chosen");
    });
  }

  zoomIn() {
    this.#zoom(ZOOM_STEP);
  }

  zoomOut() {
    this.#zoom(1 / ZOOM_STEP);
  }

  /** @param {number} factor */
  #zoom(factor) {
    const { width, height } = { width: this.cy.width(), height: this.cy.height() };
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: { x: width / 2, y: height / 2 } });
  }

  fit() {
    this.cy.elements().removeClass("dim near");
    this.fitTo(this.cy.elements(), 30);
  }

  /**
   * Show these elements as large as they fit, but not larger than is pleasant.
   * @param {Collection} elements
   * @param {number} padding
   */
  fitTo(elements, padding) {
    this.cy.fit(elements, padding);
    if (this.cy.zoom() > MAX_FITTED_ZOOM) this.cy.zoom(MAX_FITTED_ZOOM);
    this.cy.center(elements);
  }

  /** @param {NodeSingular} node */
  nodeOf(node) {
    return /** @type {DrawnNode} */ (this.nodes.get(node.id()));
  }
}
