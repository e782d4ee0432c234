// What post-mortems say was to be done about a pattern: the cited sentence, its state and whether it held.

import { get } from "../../lib/client.js";
import { externalLink, h, link } from "../../lib/elements.js";
import { day } from "../../lib/format.js";
import { empty } from "../../lib/states.js";
import { DoneBasis, ItemKind } from "../../lib/vocabulary.js";
import { verdictMark } from "../recommendations/fixes.js";

/** @import { Model } from "../../types.js" */

/**
 * The action items of the post-mortems that are about some patterns.
 * @param {string[]} patternIds
 * @param {AbortSignal} signal
 */
export async function readCitedItems(patternIds, signal) {
  const { data } = await get("/v1/postmortems/items", {}, { pattern_id: patternIds }, signal);
  if (!data.length) {
    return empty("No post-mortem mentions it yet.", link("/uploads", "Upload one"));
  }
  return h("ul", { class: "rows" }, data.map(itemRow));
}

/** @param {Model<"CitedItem">} item */
function itemRow(item) {
  const isClaim = item.is_done && item.kind === "fix";
  return h(
    "li",
    {},
    h("p", {}, h("q", {}, item.quote), " ", isClaim ? verdictMark(item.verdict) : null),
    isClaim && item.verdict_text ? h("p", { class: "quiet" }, item.verdict_text) : null,
    h(
      "p",
      { class: "quiet" },
      `${stateText(item)} · ${ItemKind.labels[item.kind]} · `,
      link(`/postmortems/${item.postmortem_id}`, item.postmortem_title),
      item.address ? [" · ", externalLink(item.address, "the document")] : null,
    ),
  );
}

/**
 * Whether an item is done, since when, and who says so.
 * @param {{is_done: boolean, is_dropped: boolean, done_at: string | null, done_basis: Model<"ActionItem">["done_basis"]}} item
 */
export function stateText({ is_done, is_dropped, done_at, done_basis }) {
  if (is_done && done_at && done_basis) return `done ${day(done_at)}, ${DoneBasis.labels[done_basis]}`;
  return is_dropped ? "will not be done" : "open: no claim until it is done";
}
