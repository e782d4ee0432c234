// Reliability diagram: observed frequency by predicted probability, with the range that chance explains.

import { s, table } from "../lib/elements.js";
import { number, percent, pluralize, probabilityText } from "../lib/format.js";
import { figure, leftAxis, MARGIN, scale } from "./axes.js";

/** @import { Column, Model, Scale, Size } from "../types.js" */

const SHARES = [0, 0.25, 0.5, 0.75, 1];

/**
 * @param {Model<"ReliabilityBin">[]} bins
 * @param {string} [title]
 */
export function reliabilityChart(bins, title = "Reliability diagram") {
  const outside = bins.filter((bin) => !bin.within_band).length;
  const graded = bins.reduce((sum, bin) => sum + bin.n, 0);
  const groups = outside
    ? `${number(outside)} of ${pluralize(bins.length, "group")} of predictions are outside`
    : `All ${pluralize(bins.length, "group")} of predictions are within`;
  const summary = `${groups} the range that chance alone explains (${pluralize(graded, "prediction")}).`;
  /** @type {Column<Model<"ReliabilityBin">>[]} */
  const columns = [
    { title: "Predicted", numeric: true, cell: (bin) => probabilityText(bin.mean_probability) },
    { title: "Observed", numeric: true, cell: (bin) => percent(bin.frequency) },
    {
      title: "Expected by chance",
      numeric: true,
      cell: (bin) => `${percent(bin.band_low)} – ${percent(bin.band_high)}`,
    },
    { title: "Predictions", numeric: true, cell: (bin) => number(bin.n) },
    { title: "Within range", cell: (bin) => (bin.within_band ? "yes" : "no") },
  ];
  return figure({
    title,
    summary,
    height: 280,
    dataTable: table(title, columns, bins),
    draw: (size) => drawDiagram(bins, size),
  });
}

/**
 * @param {Model<"ReliabilityBin">[]} bins
 * @param {Size} options
 */
function drawDiagram(bins, { width: room, height }) {
  const width = Math.min(room, 460);
  const left = MARGIN.left + 12;
  const x = scale(0, 1, left, width - MARGIN.right - 10);
  const y = scale(0, 1, height - MARGIN.bottom - 10, MARGIN.top);
  const maxCount = Math.max(...bins.map((bin) => bin.n));
  const labels = SHARES.map((share) =>
    s("text", { class: "axis", x: x(share), y: height - 20, "text-anchor": "middle" }, percent(share)),
  );
  return [
    leftAxis(SHARES, y, width, { left, format: percent }),
    labels,
    s("text", { class: "axis", x: x(0.5), y: height - 4, "text-anchor": "middle" }, "predicted"),
    s("text", { class: "axis", x: left + 4, y: MARGIN.top + 12 }, "observed"),
    s("line", { class: "diagonal", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
    bandOf(bins, x, y),
    bins.map((bin) => point(bin, x, y, maxCount)),
  ];
}

/**
 * @param {Model<"ReliabilityBin">[]} bins
 * @param {Scale} x
 * @param {Scale} y
 */
function bandOf(bins, x, y) {
  if (bins.length < 2) return null;
  /**
   * @param {Model<"ReliabilityBin">} bin
   * @param {"band_low" | "band_high"} name
   */
  const corner = (bin, name) => `${x(bin.mean_probability).toFixed(1)},${y(bin[name]).toFixed(1)}`;
  const upper = bins.map((bin) => corner(bin, "band_high"));
  const lower = bins.map((bin) => corner(bin, "band_low")).reverse();
  return s("polygon", { class: "band", points: [...upper, ...lower].join(" ") });
}

/**
 * @param {Model<"ReliabilityBin">} bin
 * @param {Scale} x
 * @param {Scale} y
 * @param {number} maxCount
 */
function point(bin, x, y, maxCount) {
  const middle = x(bin.mean_probability);
  const summary = `predicted ${probabilityText(bin.mean_probability)}, observed ${percent(bin.frequency)}, ${pluralize(bin.n, "prediction")}`;
  return s(
    "g",
    { class: bin.within_band ? "point" : "point off" },
    s("line", { x1: middle, x2: middle, y1: y(bin.band_low), y2: y(bin.band_high) }),
    s("circle", {
      cx: middle,
      cy: y(bin.frequency),
      r: 3 + 4 * Math.sqrt(bin.n / maxCount),
      "data-tip": summary,
    }),
  );
}
