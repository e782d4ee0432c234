// Predictions for one pattern: the probability in each window, and the likely trigger.

import { shareMark } from "../../charts/axes.js";
import { daysFrom } from "../../lib/day_ranges.js";
import { facts, h, link, section, table } from "../../lib/elements.js";
import {
  ago,
  asText,
  day,
  dayOf,
  exact,
  isWide,
  percent,
  plain,
  pluralize,
  probabilityText,
  weekdayOf,
} from "../../lib/format.js";
import { capitalize } from "../../lib/sentences.js";
import { empty } from "../../lib/states.js";

/** @import { Column, Model } from "../../types.js" */

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/**
 * The probability that the pattern recurs within each window, and the number of events it is based on.
 * @param {Model<"Prediction">[]} predictions
 */
export function windowsTable(predictions) {
  const rows = [...predictions].sort((left, right) => left.window_days - right.window_days);
  /** @type {Column<Model<"Prediction">>[]} */
  const columns = [
    { title: "Window", cell: (row) => link(`/predictions/${row.id}`, pluralize(row.window_days, "day")) },
    { title: "Probability", cell: (row) => probabilityCell(row) },
    { title: "Based on", cell: (row) => pluralize(row.event_count, "event") },
    { title: "Impact", cell: (row) => row.impact },
    { title: "Issued", cell: (row) => h("span", { title: exact(row.issued_at) }, ago(row.issued_at)) },
    { title: "Window ends", cell: (row) => day(row.closes_at) },
  ];
  return rows.length
    ? table("Probability of a recurrence by window", columns, rows, { className: "stacked" })
    : empty("No predictions for this pattern yet.");
}

/**
 * A probability, or the reason why there is none.
 * @param {Model<"Prediction">} row
 */
export function probabilityCell(row) {
  if (row.probability === null) return h("span", { class: "quiet" }, `not available: ${plain(row.reason)}`);
  return h(
    "span",
    { class: "with-mark" },
    shareMark(row.probability, "chance"),
    h("strong", {}, probabilityText(row.probability)),
  );
}

/**
 * The likely trigger with its evidence, and where and when to expect it.
 * @param {Model<"Prediction">[]} predictions
 */
export function triggerSection(predictions) {
  const newest = predictions.find((row) => row.likely_trigger) ?? predictions[0];
  if (!newest) return null;
  const evidence = Array.isArray(newest.evidence) ? newest.evidence : [];
  return section(
    "Likely trigger",
    {},
    evidence.length
      ? h(
          "ul",
          { class: "rows evidence" },
          evidence.map((item) => h("li", {}, item.text ?? asText(item))),
        )
      : h("p", { class: "prose" }, newest.likely_trigger ?? "No likely trigger was found."),
    facts([
      ["Next expected", nextDate(newest)],
      ["Rhythm", newest.rhythm ? rhythmText(newest.rhythm) : null],
      ["Where", locationsText(newest.likely_where)],
      ["Likeliest times", timesText(newest.likely_when)],
    ]),
  );
}

/**
 * “30 Nov – 21 Dec”, or “from 1 Dec on” where nobody can say until when.
 * @param {string | null | undefined} low
 * @param {string | null | undefined} high
 */
export function daysBetween(low, high) {
  if (!low) return "–";
  return high ? daysFrom(low, high) : `from ${dayOf(low)} on`;
}

/**
 * The next date with its weekday, or the interval where it is wide.
 * @param {Model<"Prediction">} row
 */
export function nextDate(row) {
  if (!row.next_date_median) return null;
  const interval = daysBetween(row.next_date_low, row.next_date_high);
  return isWide(row)
    ? `${interval} (80 %)`
    : `${weekdayOf(row.next_date_median)} ${dayOf(row.next_date_median, true)} (80 %: ${interval})`;
}

/**
 * The turns that a pattern keeps, and how many it missed lately.
 * @param {NonNullable<Model<"Prediction">["rhythm"]>} rhythm
 */
export function rhythmText({ text, kept_turns, turns, missed }) {
  const words = `${capitalize(text)}, ${kept_turns} of ${turns} ${turns === 1 ? "time" : "times"}`;
  return missed ? `${words}; the last ${missed === 1 ? "turn was" : `${missed} turns were`} missed` : words;
}

/** @param {any} locations */
function locationsText(locations) {
  return Object.entries(locations ?? {})
    .filter(([, values]) => [values].flat().length)
    .map(
      ([dimension, values]) =>
        `${plain(dimension)} ${[values]
          .flat()
          .slice(0, 2)
          .map((location) =>
            location?.share ? `${location.value} (${percent(location.share)})` : asText(location),
          )
          .join(", ")}`,
    )
    .join(" · ");
}

/**
 * The likeliest times in order. Their shares are smoothed, so beside the counts of the heat map they would look wrong.
 * @param {any} moments
 */
function timesText(moments) {
  return [moments ?? []]
    .flat()
    .slice(0, 3)
    .map((time) => {
      const weekday = typeof time.weekday === "number" ? DAYS[time.weekday] : capitalize(time.weekday ?? "");
      return [weekday, asText(time.hours ?? "").replace("-", "–")].filter(Boolean).join(" ");
    })
    .join(" · ");
}
