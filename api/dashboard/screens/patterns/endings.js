// How the issues of a pattern ended: what ended it last time, and what held how long.

import { get } from "../../lib/client.js";
import { externalLink, h, link } from "../../lib/elements.js";
import { day, duration, pluralize } from "../../lib/format.js";
import { empty } from "../../lib/states.js";

/** @import { Content, Model } from "../../types.js" */
/** @typedef {Model<"PatternEndings">["last"][number]} Ending */
/** @typedef {Model<"PatternEndings">["groups"][number]} EndingGroup */

/**
 * The last three endings of a pattern, after what ended it before.
 * @param {string} patternId
 * @param {AbortSignal} signal
 */
export async function readEndings(patternId, signal) {
  const { last, groups } = await get(
    "/v1/patterns/{pattern_id}/endings",
    { pattern_id: patternId },
    {},
    signal,
  );
  if (!last.length) return empty("None of its issues has ended yet.");
  return h(
    "div",
    {},
    groups.length
      ? h("p", { class: "prose" }, h("strong", {}, groups.map(groupText).join(", ")))
      : h("p", { class: "quiet" }, "None of its issues says what was done."),
    h(
      "ul",
      { class: "rows" },
      last.map((ending) => endingRow(ending)),
    ),
  );
}

/** @param {EndingGroup} group */
function groupText({ phrase, count, held_low, held_high, is_holding }) {
  const times = count === 1 ? "once" : `${count} times`;
  const low = daysText(held_low);
  const high = daysText(held_high);
  const held = low === high ? high : `${low.replace(/ days?$/, "")} to ${high}`;
  return `“${phrase}” (${times}, held ${held}${is_holding ? " so far" : ""})`;
}

/** @param {number} days */
const daysText = (days) => (days < 1 ? "under 1 day" : pluralize(Math.round(days), "day"));

/**
 * What was done, when, by whom, after how long.
 * @param {Ending} ending
 * @param {Content} [pattern] where others stand beside it
 */
export function endingRow(ending, pattern) {
  return h(
    "li",
    {},
    ending.quote ? h("p", {}, `“${ending.quote}”`) : null,
    h(
      "p",
      { class: "quiet" },
      `${day(ending.ended_at)}, after ${duration(ending.took_seconds)}`,
      ending.made_by ? `, ${ending.made_by}` : null,
      " · ",
      link(`/issues/${ending.issue_id}`, ending.external_id),
      pattern ? [" · ", pattern] : null,
      ending.link ? [" · ", externalLink(ending.link, "what fixed it")] : null,
    ),
  );
}
