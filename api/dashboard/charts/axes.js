// Shared by all charts: a figure with its data table, scales and axes; and bar charts, sparklines and marks.

import { h, s, table } from "../lib/elements.js";
import { dayOf, number, pluralize } from "../lib/format.js";
import { withTooltips } from "./tooltips.js";

/** @import { Column, Content, Model, Scale, Size } from "../types.js" */

export const MARGIN = { top: 20, right: 12, bottom: 24, left: 34 };

/**
 * A chart that is redrawn for every width, with a one-sentence summary and its data as a table.
 * @param {{ title: string, summary: string, height: number, draw: (size: Size) => Content, dataTable: HTMLElement, isInteractive?: boolean }} options
 */
export function figure({ title, summary, height, draw, dataTable, isInteractive = false }) {
  const frame = h("div", { class: "canvas" });
  frame.style.height = `${height}px`;
  let lastWidth = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.max(260, Math.round(entry.contentRect.width));
    if (Math.abs(width - lastWidth) < 2) return;
    lastWidth = width;
    const size = {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: isInteractive ? "group" : "img",
      "aria-label": `${title}. ${summary}`,
    };
    frame.replaceChildren(s("svg", { ...size, class: "chart" }, draw({ width, height })));
  }).observe(frame);
  return h(
    "figure",
    {},
    isInteractive ? frame : withTooltips(frame, title),
    h("figcaption", {}, summary),
    h("details", { class: "data-table" }, h("summary", {}, "As a table"), dataTable),
  );
}

/**
 * A linear scale from values to positions.
 * @param {number} from
 * @param {number} to
 * @param {number} low
 * @param {number} high
 */
export function scale(from, to, low, high) {
  const span = to - from || 1;
  return (/** @type {number} */ value) => low + ((value - from) / span) * (high - low);
}

/**
 * A few round values from 0 to at least the largest.
 * @param {number} largest
 * @param {number} [wanted]
 */
export function ticks(largest, wanted = 4) {
  const raw = Math.max(largest, 1e-9) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? 10 * power;
  return Array.from({ length: Math.ceil(largest / step) + 1 }, (_, index) => index * step);
}

/**
 * Horizontal grid lines with their values.
 * @param {number[]} values
 * @param {Scale} y
 * @param {number} width
 * @param {{ left?: number, format?: (value: number) => string }} [options]
 */
export function leftAxis(values, y, width, { left = MARGIN.left, format = number } = {}) {
  return values.map((value) =>
    s(
      "g",
      { class: "tick" },
      s("line", { x1: left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }),
      s("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, format(value)),
    ),
  );
}

/**
 * Dates under a chart, as many as have room.
 * @param {string[]} days
 * @param {Scale} x
 * @param {number} width
 * @param {number} height
 */
export function dayAxis(days, x, width, height) {
  const isLong = days[0]?.slice(0, 4) !== days.at(-1)?.slice(0, 4);
  const every = Math.max(1, Math.ceil(days.length / Math.max(2, Math.floor(width / (isLong ? 130 : 90)))));
  return days.map((day, index) =>
    index % every === 0 && x(index) < width - 24
      ? s(
          "text",
          { class: "axis", x: x(index), y: height - 6, "text-anchor": index ? "middle" : "start" },
          dayOf(day, isLong),
        )
      : null,
  );
}

/**
 * A bar chart of issues over time.
 * @param {string} title
 * @param {Omit<Model<"Frequency">, "pattern_id" | "times">} frequency
 */
export function frequencyChart(title, frequency) {
  const rows = frequency.data;
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  const busyBuckets = rows.filter((row) => row.count > 0).length;
  const unit = frequency.bucket;
  const hit = `${pluralize(busyBuckets, unit)} with at least one`;
  const summary = `${pluralize(total, "issue")} in ${rows.length} ${unit}s; ${hit} (${frequency.timezone}).`;
  /** @type {Column<Model<"FrequencyBucket">>[]} */
  const columns = [
    { title: unit === "week" ? "Week of" : "Day", cell: (row) => dayOf(row.start, true) },
    { title: "Issues", numeric: true, cell: (row) => number(row.count) },
  ];
  const dataTable = table(title, columns, rows.filter((row) => row.count > 0).reverse());
  return figure({ title, summary, height: 150, dataTable, draw: (size) => bars(rows, size) });
}

/**
 * @param {Model<"Frequency">["data"]} rows
 * @param {Size} options
 */
function bars(rows, { width, height }) {
  const marks = ticks(Math.max(1, ...rows.map((row) => row.count)), 3).filter(Number.isInteger);
  const y = scale(0, marks[marks.length - 1], height - MARGIN.bottom, MARGIN.top);
  const step = (width - MARGIN.left - MARGIN.right) / rows.length;
  /** @param {number} index */
  const x = (index) => MARGIN.left + index * step;
  /**
   * @param {Model<"FrequencyBucket">} row
   * @param {number} index
   */
  const bar = (row, index) => {
    const box = {
      x: x(index) + step * 0.1,
      y: y(row.count),
      width: Math.max(1, step * 0.8),
      height: y(0) - y(row.count),
    };
    return row.count
      ? s("rect", {
          class: "bar-mark",
          ...box,
          "data-tip": `${dayOf(row.start, true)}: ${pluralize(row.count, "issue")}`,
        })
      : null;
  };
  const days = rows.map((row) => row.start);
  return [
    leftAxis(marks, y, width),
    s("text", { class: "axis", x: 0, y: 9 }, "issues"),
    rows.map(bar),
    dayAxis(days, (index) => x(index) + step / 2, width, height),
  ];
}

/**
 * A small bar chart; screen readers read its summary.
 * @param {number[]} counts
 * @param {string} summary
 */
export function sparkline(counts, summary) {
  const [width, height] = [112, 24];
  const y = scale(0, Math.max(1, ...counts), height - 1, 3);
  const step = width / counts.length;
  const rects = counts.map((count, index) =>
    count
      ? s("rect", {
          class: "bar-mark",
          x: index * step,
          width: Math.max(1.5, step - 1),
          y: y(count),
          height: height - y(count),
        })
      : null,
  );
  const base = s("line", { class: "base", x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 });
  return s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": summary, class: "spark" },
    base,
    rects,
  );
}

/**
 * An estimate with its interval, on a scale shared by the whole list.
 * @param {number} low
 * @param {number} middle
 * @param {number} high
 * @param {number} largest
 */
export function intervalMark(low, middle, high, largest) {
  const [width, height] = [132, 14];
  const x = scale(0, largest, 5, width - 5);
  const summary = `${number(middle, 1)}, 80 % interval ${number(low, 1)} to ${number(high, 1)}`;
  return s(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-label": summary,
      class: "interval",
    },
    s("line", { class: "base", x1: 5, x2: width - 5, y1: 7, y2: 7 }),
    s("line", { class: "range", x1: x(low), x2: Math.max(x(high), x(low) + 1), y1: 7, y2: 7 }),
    s("circle", { class: "estimate", cx: x(middle), cy: 7, r: 4.5 }),
  );
}

/**
 * A share as a progress bar, shown beside its number.
 * @param {number} share
 * @param {string} [className]
 */
export function shareMark(share, className = "") {
  const width = 72;
  return s(
    "svg",
    {
      viewBox: `0 0 ${width} 8`,
      width,
      height: 8,
      class: `share ${className}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    s("rect", { class: "track", width, height: 8, rx: 2 }),
    s("rect", { class: "level", width: Math.max(share > 0 ? 2 : 0, share * width), height: 8, rx: 2 }),
  );
}
