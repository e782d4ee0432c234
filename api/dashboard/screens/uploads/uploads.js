// Uploading a file, and the files that were uploaded before.

import { get, sendFile, sendPostmortem } from "../../lib/client.js";
import { h, link, section, table } from "../../lib/elements.js";
import { ago, number, pluralize } from "../../lib/format.js";
import { empty, notice } from "../../lib/states.js";
import { DOCUMENT_ENDINGS, FILE_ENDINGS, MAX_UPLOAD_BYTES, UploadStatus } from "../../lib/vocabulary.js";

/** @import { Column, Model, ScreenContext } from "../../types.js" */

const PACKED = /\.zip$/i;
const MAX_SIZE = `${number(MAX_UPLOAD_BYTES / 1_000_000)} MB`;

/** @param {ScreenContext} context */
export async function showUploads({ signal }) {
  const uploads = await get("/v1/uploads", {}, { limit: 25 }, signal);
  return h(
    "div",
    { class: "screen", "data-title": "Upload a file" },
    h("p", { class: "trail" }, link("/connectors", "Connectors"), " / upload"),
    h("h1", {}, "Upload an export or a post-mortem"),
    h(
      "p",
      { class: "lead" },
      "What was understood is shown first. Nothing is imported before you say so, and an import can be undone.",
    ),
    fileField(),
    section(
      "Uploaded before",
      {},
      uploads.data.length ? uploadsTable(uploads.data) : empty("Nothing was uploaded yet."),
    ),
    h("p", { class: "more" }, link("/postmortems", "Post-mortems and their action items")),
  );
}

/** A place to drop a file, or to choose one. */
export function fileField() {
  const status = h("p", { class: "quiet", role: "status" });
  const input = h("input", {
    ...{ id: "file", type: "file" },
    accept: [...FILE_ENDINGS, ...DOCUMENT_ENDINGS].join(),
  });
  const area = h(
    "div",
    { class: "file-area" },
    h("label", { for: "file" }, "Choose a file, or drop it here"),
    input,
    h(
      "p",
      { class: "quiet", id: "file-help" },
      `CSV, Excel, JSON, JSON lines, SARIF, XML, TAP, Parquet, a log, or a zip of one, up to ${MAX_SIZE} and 50,000 rows. A post-mortem: Markdown, HTML, Word, or a zip of one.`,
    ),
    status,
  );
  input.setAttribute("aria-describedby", "file-help");
  /** @param {File | undefined} file */
  const take = async (file) => {
    if (!file) return;
    if (file.size > MAX_UPLOAD_BYTES) {
      status.textContent = `${file.name} is larger than ${MAX_SIZE}: split it, or let a drop folder or object store read it.`;
      return;
    }
    status.textContent = `Reading ${file.name} …`;
    input.disabled = true;
    try {
      location.hash = await send(file);
    } catch (error) {
      status.textContent = error instanceof Error ? error.message : String(error);
      notice(status.textContent, "error");
    } finally {
      input.disabled = false;
      input.value = "";
    }
  };
  input.addEventListener("change", () => take(input.files?.[0]));
  area.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("is-over");
  });
  area.addEventListener("dragleave", () => area.classList.remove("is-over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    area.classList.remove("is-over");
    take(event.dataTransfer?.files[0]);
  });
  return area;
}

/** Send a file to where its kind belongs; the address of what became of it. @param {File} file */
async function send(file) {
  const name = file.name.toLowerCase();
  if (DOCUMENT_ENDINGS.some((ending) => name.endsWith(ending)))
    return `#/postmortems/${(await sendPostmortem(file)).id}`;
  try {
    return `#/uploads/${(await sendFile(file)).id}`;
  } catch (error) {
    if (!PACKED.test(file.name)) throw error;
    const postmortem = await sendPostmortem(file).catch(() => null); // what else a zip may hold
    if (!postmortem) throw error;
    return `#/postmortems/${postmortem.id}`;
  }
}

/** @param {Model<"Upload">[]} rows */
function uploadsTable(rows) {
  /** @type {Column<Model<"Upload">>[]} */
  const columns = [
    { title: "File", className: "wide", cell: (row) => link(`/uploads/${row.id}`, row.file_name) },
    { title: "Uploaded", cell: (row) => ago(row.uploaded_at) },
    { title: "State", cell: (row) => UploadStatus.labels[row.status] },
    {
      title: "Issues",
      numeric: true,
      cell: (row) => number(row.counts ? row.counts.new + row.counts.updated : row.understanding.issues),
    },
    { title: "Into", cell: (row) => row.connector_name ?? "–" },
  ];
  return table(`${pluralize(rows.length, "upload")}, newest first`, columns, rows, { className: "stacked" });
}
