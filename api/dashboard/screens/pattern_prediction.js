// What is said about a pattern's next strike: the chance in every window, and what probably sets it off.

import { shareMark } from "../charts/axes.js";
import { facts, h, section, table } from "../lib/elements.js";
import { ago, chanceOf, counted, day, dayOf, number, percent, plain, told } from "../lib/format.js";
import { empty } from "../lib/states.js";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** The chance that the pattern recurs within each window, with what the chance rests on. */
export function windowsTable(predictions) {
  const rows = [...predictions].sort((left, right) => left.window_days - right.window_days);
  const columns = [
    { title: "Within", cell: (row) => counted(row.window_days, "day") },
    { title: "Chance", cell: (row) => chance(row) },
    { title: "Rests on", cell: (row) => counted(row.event_count, "event") },
    { title: "Impact", cell: (row) => row.impact },
    { title: "Said", cell: (row) => h("span", { title: day(row.issued_at) }, ago(row.issued_at)) },
    { title: "Window closes", cell: (row) => day(row.closes_at) },
  ];
  return rows.length
    ? table("Chance of a recurrence by window", columns, rows, { className: "stacked" })
    : empty("Nothing has been predicted for this pattern yet.");
}

/** A probability, or the reason why there is none. */
export function chance(row) {
  if (row.probability === null) return h("span", { class: "quiet" }, `no number: ${plain(row.reason)}`);
  return h(
    "span",
    { class: "with-mark" },
    shareMark(row.probability, "chance"),
    h("strong", {}, chanceOf(row.probability)),
  );
}

/** The likely trigger with its evidence, where and when. */
export function triggerSection(predictions) {
  const newest = predictions.find((row) => row.likely_trigger) ?? predictions[0];
  if (!newest) return null;
  const evidence = Array.isArray(newest.evidence) ? newest.evidence : [];
  return section(
    "Likely trigger",
    {},
    h("p", { class: "prose" }, newest.likely_trigger ?? "Nothing that precedes its strikes stands out."),
    evidence.length
      ? h(
          "ul",
          { class: "rows evidence" },
          evidence.map((item) =>
            h(
              "li",
              {},
              item.text ?? told(item),
              h(
                "span",
                { class: "quiet" },
                ` ${plain(item.kind)}${typeof item.count === "number" ? `, ${number(item.count)} times` : ""}`,
              ),
            ),
          ),
        )
      : null,
    facts([
      ["Next expected", nextDate(newest)],
      ["Where", where(newest.likely_where)],
      ["When", when(newest.likely_when)],
    ]),
  );
}

function nextDate(row) {
  if (!row.next_date_median) return null;
  return `${dayOf(row.next_date_median, true)} (80 % between ${dayOf(row.next_date_low)} and ${dayOf(row.next_date_high)})`;
}

function where(places) {
  return Object.entries(places ?? {})
    .filter(([, values]) => [values].flat().length)
    .map(
      ([dimension, values]) =>
        `${plain(dimension)} ${[values]
          .flat()
          .slice(0, 2)
          .map((one) => (one?.share ? `${one.value} (${percent(one.share)})` : told(one)))
          .join(", ")}`,
    )
    .join(" · ");
}

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

function when(moments) {
  return [moments ?? []]
    .flat()
    .slice(0, 3)
    .map((one) => {
      const weekday = typeof one.weekday === "number" ? DAYS[one.weekday] : capital(one.weekday ?? "");
      const share = typeof one.share === "number" ? ` (${percent(one.share)})` : "";
      return [weekday, told(one.hours ?? "")].filter(Boolean).join(" ") + share;
    })
    .join(" · ");
}
