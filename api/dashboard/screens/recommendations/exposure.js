// How often what may fail was used: read beside a proof, and attached by a person, one line a day.

import { get, post } from "../../lib/client.js";
import { dialogButton } from "../../lib/dialog.js";
import { h } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { dayOf, number } from "../../lib/format.js";
import { choicesOf } from "../../lib/listing.js";
import { part } from "../../lib/states.js";
import { ExposureUnit } from "../../lib/vocabulary.js";

/** @import { Model } from "../../types.js" */

const SHOWN = 100;

/**
 * “34 of the 50 executions needed, 480 before”; null where rates are by the day.
 * @param {Model<"Proof">} proof
 */
export function exposureText({ exposure_unit: unit, exposure_before, exposure_after, exposure_needed }) {
  if (!unit) return null;
  const needed = exposure_needed === null ? "" : ` of the ${number(exposure_needed)}`;
  const verb = exposure_needed === null ? "since" : "needed";
  return `${number(exposure_after)}${needed} ${ExposureUnit.labels[unit]} ${verb}, ${number(exposure_before)} before`;
}

/**
 * “Attach counts”: the proof of this pattern then compares rates by use.
 * @param {string} patternId
 * @param {() => void} reload
 */
export const exposureButton = (patternId, reload) =>
  dialogButton("Attach counts", "How often was it used?", (close) => [
    form({
      id: "exposure",
      fields: [
        {
          ...{ name: "unit", label: "What is counted", kind: "select", options: choicesOf(ExposureUnit) },
          value: ExposureUnit.values[0],
        },
        {
          ...{ name: "counts", label: "Counts", kind: "textarea", rows: 8, required: true },
          help: "One line a day (UTC), such as 2026-10-05, 240. Days before the fix are needed too; a day that is left out is one on which nothing was used.",
          read: readCounts,
        },
      ],
      verb: "Attach",
      send: (values) => post("/v1/exposure", {}, { ...values, pattern_id: patternId }),
      done: "Attached. The fix is judged by it in the next run.",
      onDone: () => {
        close();
        reload();
      },
    }),
    part("what is attached", () => attachedList(patternId)),
  ]);

/**
 * The counts that were attached to the pattern, newest day first.
 * @param {string} patternId
 */
async function attachedList(patternId) {
  const { data, page } = await get("/v1/exposure", {}, { pattern_id: patternId, limit: SHOWN });
  if (!data.length) return h("p", { class: "quiet" }, "Nothing is attached to this pattern yet.");
  const lines = data.map(({ day, count, unit }) =>
    h("li", {}, `${dayOf(day, true)}: ${number(count)} ${ExposureUnit.labels[unit]}`),
  );
  return h(
    "details",
    {},
    h("summary", {}, `Attached: ${number(page.total)} days`),
    h("ul", { class: "rows" }, lines),
  );
}

/**
 * A day and a count in each line; what cannot be read is left for the API to refuse.
 * @param {string} text
 */
const readCounts = (text) =>
  text
    .split("\n")
    .filter((line) => line.trim())
    .map((line) => {
      const [day, count] = line.split(/[,;\t ]+/).filter(Boolean);
      return { day, count: count === undefined ? null : Number(count) };
    });
