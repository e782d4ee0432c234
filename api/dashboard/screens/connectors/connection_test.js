// The test of a connector: whether the tool answers, and what its first records become.

import { post } from "../../lib/client.js";
import { h, table } from "../../lib/elements.js";
import { minute, plain } from "../../lib/format.js";
import { asSentence } from "../../lib/sentences.js";
import { action } from "../../lib/states.js";

/** @import { Column, Model } from "../../types.js" */

/**
 * @param {Model<"Connector">} connector
 * @param {() => void} reload
 */
export async function connectionTest(connector, reload) {
  const path = { connector_id: connector.id };
  const result = await post("/v1/connectors/{connector_id}/test", path);
  const start = () => post("/v1/connectors/{connector_id}/resume", path).then(reload);
  const days = connector.backfill_days;
  return h(
    "div",
    { class: "connection-test" },
    answerOf(result),
    result.ok && connector.status !== "active"
      ? h(
          "p",
          { class: "more" },
          action(`Start the backfill of ${days} days`, start, {
            className: "main",
            done: "The backfill starts within a minute.",
          }),
        )
      : null,
  );
}

/**
 * What a test found: whether the tool answers, and what its first records become.
 * @param {Model<"ConnectionTest">} result
 */
export const answerOf = (result) => [
  h(
    "p",
    { class: "answer-text" },
    h(
      "span",
      { class: `mark-word status-${result.ok ? "active" : "error"}` },
      result.ok ? "It answers" : "It failed",
    ),
    `: ${asSentence(result.detail)}`,
  ),
  result.samples?.length ? samplesTable(result.samples) : null,
];

/**
 * What records become, as a table.
 * @param {Model<"SampleRecord">[]} rows
 */
export function samplesTable(rows) {
  /** @type {Column<Model<"SampleRecord">>[]} */
  const columns = [
    { title: "Becomes", cell: (row) => plain(row.kind) },
    {
      title: "Title",
      className: "wide",
      cell: (row) => [row.title ?? "–", h("span", { class: "below" }, row.external_id)],
    },
    { title: "Severity", cell: (row) => row.severity ?? "–" },
    { title: "Status", cell: (row) => plain(row.status) || "–" },
    { title: "Service", cell: (row) => row.service ?? "–" },
    { title: "Created", cell: (row) => minute(row.created_at) },
  ];
  return table("What its first records become", columns, rows, {
    isCaptionVisible: true,
    className: "stacked",
  });
}
