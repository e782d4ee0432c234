// When an issue occurred: a ticket each time it was opened, a group of events each hour or day that has some.

import { get } from "../../lib/client.js";
import { h, table } from "../../lib/elements.js";
import { duration, minute, number } from "../../lib/format.js";

/** @import { Column, Model } from "../../types.js" */
/** @typedef {Model<"Occurrence">} Occurrence */

const SHOWN = 20;

/** @param {Occurrence} occurrence */
const secondsOf = ({ started_at: start, ended_at: end }) =>
  end === null ? null : Math.max(0, (Date.parse(end) - Date.parse(start)) / 1000);

/** @type {Column<Occurrence>[]} */
const COLUMNS = [
  { title: "Started", cell: (row) => minute(row.started_at) },
  { title: "Ended", cell: (row) => (row.ended_at === null ? "not known" : minute(row.ended_at)) },
  { title: "Lasted", cell: (row) => duration(secondsOf(row)) },
  { title: "Events", numeric: true, cell: (row) => number(row.count) },
];

/**
 * The latest occurrences of an issue.
 * @param {Model<"Issue">} issue
 * @param {AbortSignal} signal
 */
export async function occurrencesOf(issue, signal) {
  const { data, page } = await get(
    "/v1/issues/{issue_id}/occurrences",
    { issue_id: issue.id },
    { limit: SHOWN },
    signal,
  );
  return h(
    "div",
    {},
    page.has_more
      ? h("p", { class: "quiet" }, `The latest ${number(data.length)} of ${number(page.total)}.`)
      : null,
    table("Each time that it occurred, the latest first", COLUMNS, data),
  );
}
