// Changes: deployments, releases and configuration changes, which may have triggered failures; and recording one.

import { get, post } from "../lib/client.js";
import { dialogButton } from "../lib/dialog.js";
import { externalLink, h, table } from "../lib/elements.js";
import { form } from "../lib/form.js";
import { ago, exact, plain } from "../lib/format.js";
import { SERVICE, valuesOf } from "../lib/issue_values.js";
import { anyOf, choicesOf, listing, rowsPerPage } from "../lib/listing.js";
import { serviceLink } from "../lib/names.js";
import { isAtLeast } from "../lib/roles.js";
import { empty } from "../lib/states.js";
import { ChangeKind } from "../lib/vocabulary.js";
import { OWNER } from "./owners/owner_button.js";

/** @import { Column, Fields, Filter, FormValues, Model, ScreenContext } from "../types.js" */

/** @type {Filter[]} */
const FIELDS = [
  {
    name: "q",
    label: "Search titles",
    placeholder: "words, or kind:deploy",
  },
  { name: "kind", label: "Kind", options: anyOf(ChangeKind), isMany: true },
  SERVICE,
  OWNER,
  { name: "environment", label: "Environment", suggest: valuesOf("environment"), isMany: true },
];

/** @param {ScreenContext} context */
export async function showChanges({ me, filters: query, signal, reload }) {
  const record = dialogButton("Record a change", "Record a change", (close) => newChange(close, reload));
  return h(
    "div",
    { class: "screen", "data-title": "Changes" },
    h("div", { class: "section-head" }, h("h1", {}, "Changes"), isAtLeast(me, "analyst") ? record : null),
    h("p", { class: "lead" }, "Deployments, releases and settings: what a recurrence is compared with."),
    await listing({
      path: "/changes",
      fields: FIELDS,
      query,
      noun: "change",
      read: (filters) => get("/v1/changes", {}, { limit: rowsPerPage(50, 20), ...filters }, signal),
      draw: changesTable,
      none: (isFiltered) =>
        isFiltered
          ? empty("No change matches these filters.", "Widen or clear them.")
          : empty("No changes yet.", "Connect a pipeline, or record one here."),
    }),
  );
}

/** @param {Model<"Change">[]} rows */
function changesTable(rows) {
  /** @type {Column<Model<"Change">>[]} */
  const columns = [
    {
      isClear: true,
      title: "Changed",
      cell: (row) => h("span", { title: exact(row.changed_at) }, ago(row.changed_at)),
    },
    { isClear: true, title: "Kind", cell: (row) => plain(row.kind) },
    {
      title: "Change",
      className: "wide",
      cell: (row) => [
        externalLink(row.external_url, row.title),
        h("span", { class: "below" }, `${row.source} ${row.external_id}`),
      ],
    },
    {
      isClear: true,
      title: "Service",
      cell: (row) => (row.service ? serviceLink(row.service) : "every service"),
    },
    { isClear: true, title: "Environment", cell: (row) => row.environment ?? "–" },
  ];
  return table("Changes, newest first", columns, rows, { className: "stacked" });
}

/**
 * @param {() => void} close
 * @param {() => void} reload
 */
function newChange(close, reload) {
  /** @type {Fields} */
  const fields = [
    { name: "title", label: "What changed", required: true, maxlength: 500 },
    { name: "kind", label: "Kind", kind: "select", options: choicesOf(ChangeKind), value: "deploy" },
    { name: "service", label: "Service", maxlength: 200, help: "Empty: all services." },
    { name: "environment", label: "Environment", maxlength: 200 },
    {
      name: "changed_at",
      label: "When",
      kind: "datetime-local",
      help: "In the time zone of this computer. Empty: now.",
      read: (value) => value && new Date(value).toISOString(),
    },
  ];
  /** @param {FormValues} values */
  const send = (values) => post("/v1/ingest/changes", {}, values);
  const onDone = () => {
    close();
    reload();
  };
  return form({
    id: "change",
    fields,
    verb: "Record",
    send,
    done: "Recorded. It is listed after the next run.",
    onDone,
  });
}
