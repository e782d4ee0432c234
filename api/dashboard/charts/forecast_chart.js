// Issues a day: observed, expected with its interval, and the day on which the threshold is reached.

import { s, table } from "../lib/elements.js";
import { dayOf, number } from "../lib/format.js";
import { dayAxis, figure, leftAxis, MARGIN, scale, ticks } from "./axes.js";

/** @import { Column, Model, Scale, Size } from "../types.js" */
/** @typedef {Model<"ForecastDay">} Day */
/** @typedef {Model<"ActualDay">} PastDay */

const PAST_DAYS = 45;

/**
 * @param {string} title
 * @param {Model<"Forecast">} forecast
 */
export function forecastChart(title, forecast) {
  const today = forecast.actual.at(-1)?.day ?? "";
  const past = forecast.actual.slice(-PAST_DAYS);
  const ahead = forecast.forecast.filter((row) => row.day >= today);
  /** @type {Column<Partial<PastDay & Day>>[]} */
  const columns = [
    { title: "Day", cell: (row) => dayOf(row.day, true) },
    { title: "Issues", numeric: true, cell: (row) => number(row.count) },
    { title: "Expected", numeric: true, cell: (row) => number(row.yhat, 2) },
    {
      title: "Interval",
      numeric: true,
      cell: (row) =>
        row.yhat === undefined ? "–" : `${number(row.yhat_lower, 2)} – ${number(row.yhat_upper, 2)}`,
    },
  ];
  return figure({
    title,
    summary: summarize(forecast, ahead),
    height: 220,
    dataTable: table(title, columns, [...past, ...ahead]),
    draw: (size) => drawForecast(forecast, past, ahead, size),
  });
}

/**
 * @param {Model<"Forecast">} forecast
 * @param {Day[]} ahead
 */
function summarize(forecast, ahead) {
  if (!ahead.length) return "No forecast yet: it is computed at the end of the first analysis.";
  const total = ahead.reduce((sum, row) => sum + row.yhat, 0);
  const expected = `About ${number(total, 0)} issues are expected in ${ahead.length} days.`;
  const line = `The threshold of ${number(forecast.threshold)} a day`;
  const { expected_on: on, possible_on: possible } = forecast.breach;
  if (on) return `${expected} ${line} is expected to be reached on ${dayOf(on)}.`;
  if (possible)
    return `${expected} ${line} is not expected to be reached; it is possible from ${dayOf(possible)}.`;
  return `${expected} ${line} is not expected to be reached.`;
}

/**
 * @param {Model<"Forecast">} forecast
 * @param {PastDay[]} past
 * @param {Day[]} ahead
 * @param {Size} options
 */
function drawForecast(forecast, past, ahead, { width, height }) {
  const from = ahead[0]?.day === past.at(-1)?.day ? past.length - 1 : past.length;
  const days = [...past.slice(0, from).map((row) => row.day), ...ahead.map((row) => row.day)];
  const largest = Math.max(
    1,
    forecast.threshold,
    ...past.map((row) => row.count),
    ...ahead.map((row) => row.yhat_upper),
  );
  const marks = ticks(largest * 1.1, 4);
  const y = scale(0, marks[marks.length - 1], height - MARGIN.bottom, MARGIN.top);
  const step = (width - MARGIN.left - MARGIN.right) / Math.max(days.length, 1);
  /** @param {number} index */
  const x = (index) => MARGIN.left + (index + 0.5) * step;
  /**
   * @param {Day} row
   * @param {number} index
   * @param {"yhat" | "yhat_lower" | "yhat_upper"} name
   */
  const point = (row, index, name) => `${x(from + index).toFixed(1)},${y(Math.max(0, row[name])).toFixed(1)}`;
  const upper = ahead.map((row, index) => point(row, index, "yhat_upper"));
  const lower = ahead.map((row, index) => point(row, index, "yhat_lower")).reverse();
  return [
    leftAxis(marks, y, width),
    s("polygon", { class: "band", points: [...upper, ...lower].join(" ") }),
    past.map((row, index) => actualBar(row, x(index), y, step)),
    s("polyline", { class: "line", points: ahead.map((row, index) => point(row, index, "yhat")).join(" ") }),
    ahead.map((row, index) => aheadMark(row, x(from + index), step, height)),
    s("text", { class: "axis", x: 0, y: 9 }, "a day"),
    thresholdLine(forecast.threshold, y, width),
    breachMark(forecast.breach, days, x, { width, height }),
    dayAxis(days, x, width, height),
  ];
}

/**
 * What is expected on a day, read over the whole height of the chart.
 * @param {Day} row
 * @param {number} middle
 * @param {number} step
 * @param {number} height
 */
function aheadMark(row, middle, step, height) {
  const tip = `${dayOf(row.day, true)}: ${number(row.yhat, 1)} expected, ${number(Math.max(0, row.yhat_lower), 1)} to ${number(row.yhat_upper, 1)}`;
  const box = {
    x: middle - step / 2,
    width: step,
    y: MARGIN.top,
    height: height - MARGIN.top - MARGIN.bottom,
  };
  return s("rect", { class: "reach-mark", ...box, "data-tip": tip });
}

/**
 * @param {PastDay} row
 * @param {number} middle
 * @param {Scale} y
 * @param {number} step
 */
function actualBar(row, middle, y, step) {
  const box = {
    x: middle - step * 0.35,
    width: Math.max(1, step * 0.7),
    y: y(row.count),
    height: y(0) - y(row.count),
  };
  return row.count
    ? s("rect", { class: "bar-mark", ...box, "data-tip": `${dayOf(row.day, true)}: ${row.count} seen` })
    : null;
}

/**
 * @param {number} threshold
 * @param {Scale} y
 * @param {number} width
 */
function thresholdLine(threshold, y, width) {
  return [
    s("line", {
      class: "threshold",
      x1: MARGIN.left,
      x2: width - MARGIN.right,
      y1: y(threshold),
      y2: y(threshold),
    }),
    s(
      "text",
      { class: "axis strong", x: MARGIN.left + 4, y: y(threshold) - 4 },
      `threshold ${number(threshold)}`,
    ),
  ];
}

/**
 * @param {Model<"Breach">} breach
 * @param {string[]} days
 * @param {Scale} x
 * @param {Size} options
 */
function breachMark(breach, days, x, { width, height }) {
  const day = breach.expected_on ?? breach.possible_on ?? "";
  const index = days.indexOf(day);
  if (index < 0) return null;
  const word = breach.expected_on ? "breach expected" : "breach possible";
  const anchor = x(index) > width - 150 ? "end" : "start";
  const kind = breach.expected_on ? "breach" : "breach possible";
  return s(
    "g",
    { class: kind },
    s("line", { x1: x(index), x2: x(index), y1: MARGIN.top, y2: height - MARGIN.bottom }),
    s(
      "text",
      { x: x(index) + (anchor === "end" ? -5 : 5), y: MARGIN.top + 8, "text-anchor": anchor },
      `${word} ${dayOf(day)}`,
    ),
  );
}
