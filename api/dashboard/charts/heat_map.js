// When a pattern occurs: weekday by quarter of the day, in the workspace's time zone.

import { s, table } from "../lib/elements.js";
import { pluralize, timeZone, WEEKDAYS } from "../lib/format.js";
import { figure } from "./axes.js";

/** @import { Column, Model, Size } from "../types.js" */

const QUARTERS = ["00–06", "06–12", "12–18", "18–24"];

/**
 * @param {Model<"FrequencyTime">[]} times
 * @param {number} days
 */
export function heatMap(times, days) {
  const counts = WEEKDAYS.map(() => QUARTERS.map(() => 0));
  for (const { weekday, hour, count } of times) counts[weekday - 1][Math.floor(hour / 6)] += count;
  /** @type {Column<[number, number[]]>[]} */
  const columns = [
    { title: "Day" /** @param {number} options */, cell: ([day]) => WEEKDAYS[day] },
    ...QUARTERS.map((quarter, index) => ({
      title: quarter,
      numeric: true,
      cell: (/** @type {[number, number[]]} */ [, row]) => String(row[index]),
    })),
  ];
  const title = "Typical times";
  return figure({
    title,
    summary: summarize(counts, days),
    height: 7 * 24 + 22,
    dataTable: table(title, columns, [...counts.entries()]),
    draw: (size) => drawHeatMap(counts, size),
  });
}

/**
 * @param {number[][]} counts
 * @param {number} days
 */
function summarize(counts, days) {
  const cells = counts.flatMap((row, day) => row.map((count, quarter) => ({ count, day, quarter })));
  const { count, day, quarter } = cells.reduce((best, cell) => (cell.count > best.count ? cell : best));
  const all = counts.flat().reduce((sum, each) => sum + each, 0);
  const basis = `${pluralize(all, "occurrence")} of the last ${days} days`;
  return `Most often ${WEEKDAYS[day]} ${QUARTERS[quarter]} (${count}); counted over ${basis}, ${timeZone()}.`;
}

/**
 * @param {number[][]} counts
 * @param {Size} options
 */
function drawHeatMap(counts, { width: room }) {
  const width = Math.min(room, 420);
  const left = 40;
  const step = (width - left) / QUARTERS.length;
  const maxCount = Math.max(1, ...counts.flat());
  const heads = QUARTERS.map((quarter, index) =>
    s("text", { class: "axis", x: left + (index + 0.5) * step, y: 12, "text-anchor": "middle" }, quarter),
  );
  /**
   * @param {number} count
   * @param {number} day
   * @param {number} quarter
   */
  const cell = (count, day, quarter) => [
    s("rect", {
      class: count ? "heat" : "heat none",
      x: left + quarter * step + 1,
      y: 20 + day * 24,
      width: step - 2,
      height: 22,
      rx: 2,
      "data-tip": `${WEEKDAYS[day]} ${QUARTERS[quarter]}: ${pluralize(count, "occurrence")}`,
      "fill-opacity": count ? (0.06 + 0.42 * (count / maxCount)).toFixed(2) : 1,
    }),
    s(
      "text",
      { class: "heat-count", x: left + (quarter + 0.5) * step, y: 35 + day * 24, "text-anchor": "middle" },
      count || "",
    ),
  ];
  const days = WEEKDAYS.map((name, day) => s("text", { class: "axis", x: 0, y: 35 + day * 24 }, name));
  return [heads, days, counts.map((row, day) => row.map((count, quarter) => cell(count, day, quarter)))];
}
