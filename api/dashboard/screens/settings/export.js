// Export: a whole list of the workspace as a file.

import { ApiError, open } from "../../lib/client.js";
import { saveFile } from "../../lib/csv.js";
import { h, section } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { settingsScreen } from "./frame.js";

/** @import { Fields, FormValues, ScreenContext } from "../../types.js" */

/** @param {ScreenContext} context */
export async function showExport(context) {
  const isIncluded = context.workspace.features.includes("export");
  /** @type {Fields} */
  const fields = [
    {
      name: "entity",
      label: "What",
      kind: "select",
      options: [
        ["issues", "Issues"],
        ["patterns", "Patterns"],
        ["predictions", "Predictions"],
        ["recommendations", "Recommendations"],
      ],
    },
    {
      name: "format",
      label: "Format",
      kind: "select",
      options: [
        ["csv", "CSV, for spreadsheets"],
        ["jsonl", "JSON lines, for programs"],
      ],
    },
  ];
  const content = isIncluded
    ? form({ id: "export", fields, verb: "Download", send: download })
    : h("p", { class: "prose" }, "Export is part of the starter plan and above.");
  return settingsScreen(context, section("Export", {}, content));
}

/** @param {FormValues} options */
async function download({ entity, format }) {
  const response = await open("/v1/export", {}, undefined, { entity, format });
  if (!response.ok) throw new ApiError(response.status, await response.json());
  saveFile(`${entity}.${format}`, await response.blob());
}
