// The post-mortems that were uploaded, newest first.

import { get } from "../../lib/client.js";
import { h, link, table } from "../../lib/elements.js";
import { ago, day, number } from "../../lib/format.js";
import { listing, rowsPerPage } from "../../lib/listing.js";
import { isAtLeast } from "../../lib/roles.js";
import { empty } from "../../lib/states.js";
import { PostmortemStatus } from "../../lib/vocabulary.js";

/** @import { Column, Model, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showPostmortems({ me, filters: query, signal }) {
  return h(
    "div",
    { class: "screen", "data-title": "Post-mortems" },
    h(
      "div",
      { class: "section-head" },
      h("h1", {}, "Post-mortems"),
      isAtLeast(me, "analyst") ? link("/uploads", "Upload one", { class: "button" }) : null,
    ),
    h(
      "p",
      { class: "lead" },
      "What was to be done after each incident. An action item that is done and changes what fails is a claimed fix, judged like any other.",
    ),
    await listing({
      path: "/postmortems",
      fields: [],
      query,
      noun: "post-mortem",
      read: (filters) => get("/v1/postmortems", {}, { ...filters, limit: rowsPerPage(50, 20) }, signal),
      draw: postmortemsTable,
      none: () => empty("No post-mortem was uploaded yet.", "Upload one as Markdown, HTML or Word."),
    }),
  );
}

/** @param {Model<"PostmortemRow">[]} rows */
function postmortemsTable(rows) {
  /** @type {Column<Model<"PostmortemRow">>[]} */
  const columns = [
    {
      title: "Post-mortem",
      className: "wide",
      cell: (row) => [
        link(`/postmortems/${row.id}`, row.title),
        h("span", { class: "below" }, row.file_name),
      ],
    },
    { title: "Incident", cell: (row) => (row.occurred_at ? day(row.occurred_at) : "–") },
    { title: "State", cell: (row) => PostmortemStatus.labels[row.status] },
    { title: "Items", numeric: true, cell: (row) => number(row.item_count) },
    { title: "Done", numeric: true, cell: (row) => number(row.done_count) },
    { title: "Claims", numeric: true, cell: (row) => number(row.pattern_ids.length ? row.claim_count : 0) },
    { title: "Uploaded", cell: (row) => ago(row.uploaded_at) },
  ];
  return table("Post-mortems, newest first", columns, rows, { className: "stacked" });
}
