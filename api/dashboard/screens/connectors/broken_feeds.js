// Connectors that fail, shown where people look: on the overview and in the bar.

import { get } from "../../lib/client.js";
import { h, link } from "../../lib/elements.js";
import { number, pluralize } from "../../lib/format.js";
import { isAtLeast } from "../../lib/roles.js";
import { isBroken } from "./connectors.js";

/** @import { Me } from "../../types.js" */
/** @typedef {Awaited<ReturnType<typeof readBrokenFeeds>>} BrokenFeeds */

/**
 * The connectors that need somebody, of all; none for viewers, who cannot see connectors.
 * @param {Me} me
 * @param {AbortSignal} [signal]
 */
export async function readBrokenFeeds(me, signal) {
  if (!isAtLeast(me, "analyst")) return { broken: [], total: 0 };
  const page = await get("/v1/connectors", {}, { limit: 100 }, signal).catch(() => ({ data: [] }));
  return { broken: page.data.filter(isBroken), total: page.data.length };
}

/**
 * One sentence about them with where to fix them; null: all of them working.
 * @param {BrokenFeeds} options
 */
export function brokenFeedsNotice({ broken, total }) {
  if (!broken.length) return null;
  const named = broken.slice(0, 3).map((row) => link(`/connectors/${row.id}`, row.display_name));
  return h(
    "div",
    { class: "failed-stages", role: "alert" },
    h(
      "p",
      {},
      h("strong", {}, `${pluralize(broken.length, "connector")} of ${number(total)} failed. `),
      "New failures from there are not seen: ",
      named.flatMap((entry, index) => (index ? [", ", entry] : [entry])),
      broken.length > 3 ? [" and ", link("/connectors", `${broken.length - 3} more`)] : null,
      ".",
    ),
  );
}

/**
 * Mark the tab of the connectors, and what it stands under, with how many fail.
 * @param {HTMLElement} bar
 * @param {BrokenFeeds} options
 */
export function markBrokenFeeds(bar, { broken }) {
  for (const tab of bar.querySelectorAll("nav a[href='#/connectors'], .more-tabs summary")) {
    tab.querySelector(".count")?.remove();
    if (!broken.length) continue;
    tab.append(
      h(
        "span",
        { class: "count", title: `${broken.length} failed` },
        ` ${broken.length}`,
        h("span", { class: "unseen" }, " failed"),
      ),
    );
  }
}
