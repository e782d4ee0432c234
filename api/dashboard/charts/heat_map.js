// When issues of a pattern occur: weekday by quarter of the day, in the workspace's time zone.

import { s, table } from "../lib/elements.js";
import { pluralize, timeZone, WEEKDAYS, weekTime } from "../lib/format.js";
import { figure } from "./axes.js";

/** @import { Column, Size } from "../types.js" */

const QUARTERS = ["00–06", "06–12", "12–18", "18–24"];

/**
 * @param {string[]} instants
 * @param {number} total
 */
export function heatMap(instants, total) {
  const counts = WEEKDAYS.map(() => QUARTERS.map(() => 0));
  for (const instant of instants) {
    const { weekday, hour } = weekTime(instant);
    counts[weekday][Math.floor(hour / 6)] += 1;
  }
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
    summary: summarize(counts, instants.length, total),
    height: 7 * 24 + 22,
    dataTable: table(title, columns, [...counts.entries()]),
    draw: (size) => drawHeatMap(counts, size),
  });
}

/**
 * @param {number[][]} counts
 * @param {number} seen
 * @param {number} total
 */
function summarize(counts, seen, total) {
  const cells = counts.flatMap((row, day) => row.map((count, quarter) => ({ count, day, quarter })));
  const { count, day, quarter } = cells.reduce((best, cell) => (cell.count > best.count ? cell : best));
  const basis =
    seen < total ? `the newest ${seen} of ${pluralize(total, "issue")}` : pluralize(total, "issue");
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
      "data-tip": `${WEEKDAYS[day]} ${QUARTERS[quarter]}: ${pluralize(count, "issue")}`,
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
