// What can be done with several recommendations at once: assigning them, and setting their status.

import { changeAll } from "../../lib/change_all.js";
import { patch, put } from "../../lib/client.js";
import { openChoices } from "../../lib/dialog.js";
import { pluralize } from "../../lib/format.js";
import { choicesOf } from "../../lib/listing.js";
import { RecommendationStatus } from "../../lib/vocabulary.js";
import { assigningActs } from "../assignees.js";

/** @import { Me, Model, RowAct } from "../../types.js" */
/** @typedef {Model<"Recommendation">} Recommendation */

/**
 * @param {Me} me
 * @returns {RowAct<Recommendation>[]}
 */
export const recommendationActs = (me) => [
  ...assigningActs("recommendation", me, (id, user_id) =>
    put("/v1/recommendations/{recommendation_id}/assignee", { recommendation_id: id }, { user_id }),
  ),
  { label: "Set status", key: "s", act: setStatus },
];

/**
 * @param {Recommendation[]} rows
 * @param {() => void} done
 */
function setStatus(rows, done) {
  /** @param {Recommendation} row @param {string} status */
  const store = ({ id }, status) =>
    patch(
      "/v1/recommendations/{recommendation_id}",
      { recommendation_id: id },
      { status: /** @type {Model<"RecommendationStatus">} */ (status) },
    );
  openChoices(
    `Set the status of ${pluralize(rows.length, "recommendation")}`,
    choicesOf(RecommendationStatus),
    (status) =>
      changeAll(rows, (row) => store(row, status), {
        ...{ noun: "recommendation", done: "changed", after: done },
        // When and in which version a fix was claimed is on its page: there it can be taken back.
        undo: rows.some(({ status: former }) => former === "implemented")
          ? undefined
          : (row) => store(row, row.status),
      }),
  );
}
