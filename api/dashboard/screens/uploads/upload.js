// One uploaded file: what was understood and can be corrected, its import, and undoing it.

import { get, post, remove } from "../../lib/client.js";
import { confirmButton } from "../../lib/dialog.js";
import { facts, h, link, section, table } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { minute, number, plain, pluralize } from "../../lib/format.js";
import { action } from "../../lib/states.js";
import { fieldsOfColumns } from "./columns.js";

/** @import { Column, Field, FormValues, Model, ScreenContext } from "../../types.js" */

const SECONDS_BETWEEN = 2;
const NEW = "";

/** @param {ScreenContext} context */
export async function showUpload({ id, signal, reload }) {
  const upload = await get("/v1/uploads/{upload_id}", { upload_id: id }, {}, signal);
  return h(
    "article",
    { class: "screen", "data-title": upload.file_name },
    h(
      "p",
      { class: "trail" },
      link("/connectors", "Connectors"),
      " / ",
      link("/uploads", "upload"),
      ` / ${upload.file_name}`,
    ),
    h("h1", {}, upload.file_name),
    await contentOf(upload, signal, reload),
  );
}

/**
 * What is to be seen of an upload, as far as it is.
 * @param {Model<"Upload">} upload
 * @param {AbortSignal} signal
 * @param {() => void} reload
 */
async function contentOf(upload, signal, reload) {
  if (upload.status === "draft") return draft(upload, signal, reload);
  return upload.status === "imported" ? imported(upload, reload) : undone(upload, signal, reload);
}

/**
 * @param {Model<"Upload">} upload
 * @param {AbortSignal} signal
 * @param {() => void} reload
 */
async function draft(upload, signal, reload) {
  const { understanding } = upload;
  const targets = await get("/v1/connectors", {}, { type: ["file_upload"], limit: 100 }, signal);
  return [
    h("p", { class: "lead" }, summary(understanding)),
    understanding.problem ? h("p", { class: "connector-error", role: "alert" }, understanding.problem) : null,
    understanding.notes.length
      ? h(
          "ul",
          { class: "quiet" },
          understanding.notes.map((note) => h("li", {}, note)),
        )
      : null,
    section("What the columns mean", {}, fieldsOfColumns(upload, reload)),
    understanding.examples.length
      ? section("What the first rows become", {}, examplesTable(understanding.examples))
      : null,
    understanding.problems.length
      ? section("Rows that cannot be read", {}, problemsTable(understanding))
      : null,
    understanding.problem ? null : section("Import", {}, importForm(upload, targets.data, reload)),
    h(
      "p",
      { class: "more" },
      action("Throw the file away", () => throwAway(upload), { className: "plain", done: "Thrown away." }),
    ),
  ];
}

/** @param {Model<"Understanding">} understood */
function summary(understood) {
  const others = [
    understood.unreadable ? `${number(understood.unreadable)} cannot be read` : null,
    ...Object.entries(understood.no_failures).map(([reason, count]) => `${number(count)} tell of ${reason}`),
  ].filter(Boolean);
  return [
    `${understood.format}, ${pluralize(understood.rows, "row")}: ${number(understood.issues)} become issues`,
    others.length ? `, ${others.join(", ")}` : "",
    ". Nothing is imported yet.",
  ].join("");
}

/** @param {Model<"Upload">} upload */
async function throwAway(upload) {
  await remove("/v1/uploads/{upload_id}", { upload_id: upload.id });
  location.hash = "#/uploads";
}

/** @param {Model<"UploadedExample">[]} rows */
function examplesTable(rows) {
  /** @type {Column<Model<"UploadedExample">>[]} */
  const columns = [
    { title: "Row", numeric: true, cell: (row) => number(row.row) },
    {
      title: "Title",
      className: "wide",
      cell: (row) => [row.title ?? "–", h("span", { class: "below" }, row.external_id)],
    },
    { title: "Began", cell: (row) => (row.source_created_at ? minute(row.source_created_at) : "now") },
    { title: "Ended", cell: (row) => (row.resolved_at ? minute(row.resolved_at) : "–") },
    { title: "Severity", cell: (row) => row.severity ?? "–" },
    { title: "Status", cell: (row) => plain(row.status) || "–" },
    { title: "Service", cell: (row) => row.service ?? "–" },
  ];
  return table("What the first rows become", columns, rows, { className: "stacked" });
}

/** @param {Model<"Understanding">} understood */
function problemsTable(understood) {
  /** @type {Column<Model<"UploadedProblem">>[]} */
  const columns = [
    { title: "Row", numeric: true, cell: (row) => number(row.row) },
    { title: "Column", cell: (row) => row.column ?? "–" },
    { title: "Why", className: "wide", cell: (row) => row.reason },
  ];
  const left = understood.unreadable - understood.problems.length;
  return [
    h("p", { class: "quiet" }, "They wait in the connector's quarantine; all other rows are imported."),
    table("Rows that cannot be read", columns, understood.problems, { className: "stacked" }),
    left > 0 ? h("p", { class: "quiet" }, `… and ${number(left)} more`) : null,
  ];
}

/**
 * @param {Model<"Upload">} upload
 * @param {Model<"Connector">[]} targets
 * @param {() => void} reload
 */
function importForm(upload, targets, reload) {
  const path = { upload_id: upload.id };
  /** @type {(Field | null)[]} */
  const fields = [
    targets.length
      ? {
          ...{ name: "connector_id", label: "Which tool is it an export of?", kind: "select" },
          options: [
            [NEW, "Another one"],
            ...targets.map((row) => /** @type {[string, string]} */ ([row.id, row.display_name])),
          ],
          help: "A newer export of one tool updates its issues; those of two tools never meet.",
        }
      : null,
    {
      ...{
        name: "display_name",
        label: targets.length ? "Name, if it is another one" : "What is the tool called?",
      },
      ...{ maxlength: 120, help: "Empty: the file's name." },
    },
  ];
  /** @param {FormValues} options */
  const send = ({ connector_id, display_name }) =>
    post("/v1/uploads/{upload_id}/import", path, connector_id ? { connector_id } : { display_name });
  return form({
    id: "import",
    fields,
    verb: `Import ${pluralize(upload.understanding.issues, "issue")}`,
    send,
    /** @param {Model<"Upload">} done */
    onDone: (done) => {
      if (done.id === upload.id) return reload();
      location.hash = `#/uploads/${done.id}`;
    },
  });
}

/**
 * @param {Model<"Upload">} upload
 * @param {() => void} reload
 */
function imported(upload, reload) {
  const { counts } = upload;
  const undo = () => post("/v1/uploads/{upload_id}/undo", { upload_id: upload.id }).then(reload);
  return [
    h(
      "p",
      { class: "lead", role: "status" },
      counts ? `${pluralize(counts.new, "issue")} came by this file. ` : "It is imported. ",
      "Patterns follow within a minute: ",
      link("/issues?source=file_upload", "see the issues"),
      ".",
    ),
    facts([
      ["Rows", number(counts?.rows)],
      ["New", number(counts?.new)],
      ["Updated", number(counts?.updated)],
      ["Known before", number(counts?.duplicate)],
      [
        "Cannot be read",
        counts?.unreadable && upload.connector_id
          ? link(`/connectors/${upload.connector_id}`, `${number(counts.unreadable)}, in quarantine`)
          : number(counts?.unreadable),
      ],
      ...Object.entries(counts?.no_failures ?? {}).map(
        ([reason, count]) => /** @type {[string, string]} */ ([`Tell of ${reason}`, number(count)]),
      ),
      [
        "Into",
        upload.connector_id ? link(`/connectors/${upload.connector_id}`, upload.connector_name) : null,
      ],
      ["Imported", minute(upload.imported_at)],
    ]),
    h(
      "p",
      { class: "more" },
      confirmButton(
        "Undo the import",
        "What came by this file is taken back. What came in another way too stays.",
        "Undo the import",
        undo,
        { done: "The import is being undone." },
      ),
      " ",
      link("/uploads", "Upload another file", { class: "button" }),
    ),
  ];
}

/**
 * @param {Model<"Upload">} upload
 * @param {AbortSignal} signal
 * @param {() => void} reload
 */
function undone(upload, signal, reload) {
  if (!upload.is_withdrawn) {
    const timer = setTimeout(() => signal.aborted || reload(), SECONDS_BETWEEN * 1000);
    /** @type {any} */ (timer).unref?.(); // in the tests, node would wait for it
  }
  return [
    h(
      "p",
      { class: "lead", role: "status" },
      upload.is_withdrawn
        ? "The import is undone: what came by this file alone is gone."
        : "The import is being undone …",
    ),
    h("p", { class: "more" }, link("/uploads", "Upload another file", { class: "button" })),
  ];
}
