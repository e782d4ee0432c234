// The columns of an uploaded file and what each is read as; every change is read again at once.

import { patch } from "../../lib/client.js";
import { h, table } from "../../lib/elements.js";
import { choicesOf } from "../../lib/listing.js";
import { action, notice } from "../../lib/states.js";
import { COLUMN_FIELDS, DateOrder } from "../../lib/vocabulary.js";

/** @import { Column, Model } from "../../types.js" */

const NOT_USED = "";
/** @type {[string, string][]} */
const FIELDS = [[NOT_USED, "an attribute"], ...choicesOf(COLUMN_FIELDS)];

/**
 * The table of columns, and how dates are read and rows distinguished.
 * @param {Model<"Upload">} upload
 * @param {() => void} reload
 */
export function fieldsOfColumns(upload, reload) {
  const { understanding, choices } = upload;
  /** @type {Map<string, string>} */
  const chosen = new Map(understanding.columns.map(({ column, field }) => [column, field ?? NOT_USED]));
  /** @param {object} changed */
  const send = async (changed) => {
    try {
      await patch(
        "/v1/uploads/{upload_id}",
        { upload_id: upload.id },
        { ...choices, columns: mappingOf(understanding, chosen), ...changed },
      );
      reload();
    } catch (error) {
      notice(error instanceof Error ? error.message : String(error), "error");
    }
  };
  /** @param {Model<"UploadedColumn">} row */
  const choose = ({ column }) =>
    pick(`What the column ${column} is read as`, FIELDS, chosen.get(column), (field) => {
      for (const [other, held] of chosen) if (field && held === field) chosen.set(other, NOT_USED);
      chosen.set(column, field);
      return send({});
    });
  /** @type {Column<Model<"UploadedColumn">>[]} */
  const columns = [
    { title: "Column", cell: (row) => row.column },
    { title: "First values", className: "wide", cell: (row) => row.values.join(" · ") || "–" },
    {
      title: "Is read as",
      cell: (row) => [choose(row), h("span", { class: "below" }, dateNote(understanding, row))],
    },
  ];
  const key = h("input", {
    ...{ id: "key", type: "text", maxlength: 500, value: choices.key ?? "" },
    placeholder: understanding.key ?? "distinguished by their content",
  });
  return [
    table("Columns of the file", columns, understanding.columns, { className: "stacked" }),
    h(
      "div",
      { class: "filters more" },
      h(
        "div",
        { class: "field" },
        h("span", { class: "help", "aria-hidden": "true" }, "Dates are written"),
        pick("Dates are written", choicesOf(DateOrder), String(choices.dates ?? "recognized"), (dates) =>
          send({ dates }),
        ),
      ),
      h("div", { class: "field" }, h("label", { for: "key" }, "Columns that tell rows apart"), key),
      action("Read again", () => send({ key: key.value })),
    ),
    h("p", { class: "quiet" }, `Dates without an offset are of ${choices.timezone ?? "UTC"}.`),
  ];
}

/**
 * @param {Model<"Understanding">} understood
 * @param {Model<"UploadedColumn">} row
 */
function dateNote(understood, row) {
  const date = understood.dates.find(({ column }) => column === row.column);
  if (!date) return null;
  return date.is_ambiguous ? `${date.format}: day or month first?` : date.format;
}

/**
 * Each field's column; a field that was recognized and is not wanted has none.
 * @param {Model<"Understanding">} understood
 * @param {Map<string, string>} chosen
 */
function mappingOf(understood, chosen) {
  /** @type {Record<string, string>} */
  const mapping = {};
  for (const { field } of understood.columns) if (field) mapping[field] = NOT_USED;
  for (const [column, field] of chosen) if (field) mapping[field] = column;
  return mapping;
}

/**
 * @param {string} label
 * @param {[string, string][]} options
 * @param {string | undefined} value
 * @param {(value: string) => unknown} onChange
 */
function pick(label, options, value, onChange) {
  const select = h(
    "select",
    { "aria-label": label },
    options.map(([name, title]) => h("option", { value: name, selected: name === value }, title)),
  );
  select.addEventListener("change", () => onChange(select.value));
  return select;
}
