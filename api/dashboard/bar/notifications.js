// What is new in the workspace since the reader looked: the bell in the bar.

import { get, post } from "../lib/client.js";
import { h, link, s } from "../lib/elements.js";
import { ago, exact, number } from "../lib/format.js";
import { asSentence } from "../lib/sentences.js";
import { failure, loading } from "../lib/states.js";
import { NotificationKind } from "../lib/vocabulary.js";
import { menuButton } from "./menu.js";

/** @import { Model } from "../types.js" */

const PATHS = {
  /** @param {string} id */
  feed_broken: (id) => `/connectors/${id}`,
  /** @param {string} id */
  feed_repaired: (id) => `/connectors/${id}`,
  predictions_graded: () => "/predictions",
  /** @param {string} id */
  alert_fired: (id) => (id ? `/patterns/${id}` : "/alerts"),
  /** @param {string} id */
  fix_judged: (id) => `/recommendations/${id}`,
  /** @param {string} id */
  item_judged: (id) => `/postmortems/${id}`,
  /** @param {string} id */
  expectation_broken: (id) => `/recommendations/${id}`,
  /** @param {string} id */
  pattern_resolved: (id) => `/patterns/${id}`,
  /** @param {string} id */
  pattern_reopened: (id) => `/patterns/${id}`,
};

/** The bell, and `refresh()`, which counts what has not been seen. */
export function notificationBell() {
  const count = h("span", { class: "count", hidden: true });
  const { element, button } = menuButton([drawBell(), count], () => panel(), {
    ...{ name: "notifications", label: "Notifications", className: "bell" },
  });
  /** @param {number} unseen */
  const show = (unseen) => {
    count.hidden = unseen === 0;
    count.textContent = number(unseen);
    button.setAttribute("aria-label", unseen ? `Notifications, ${number(unseen)} new` : "Notifications");
  };
  const refresh = async () => {
    const notifications = await get("/v1/notifications", {}).catch(() => null);
    if (notifications) show(notifications.data.filter(isNewSince(notifications.seen_at)).length);
  };
  const panel = () => {
    const body = h("div", {}, loading("what is new"));
    const load = async () => {
      try {
        const notifications = await get("/v1/notifications", {});
        body.replaceChildren(list(notifications));
        if (notifications.data.some(isNewSince(notifications.seen_at)))
          await post("/v1/notifications/seen", {});
        show(0);
      } catch (error) {
        body.replaceChildren(failure(error, load));
      }
    };
    load();
    return [h("h2", {}, "What is new"), body];
  };
  return { element, refresh };
}

const drawBell = () =>
  s(
    "svg",
    { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
    s("path", {
      d: "M4 14h12c-1.2-1.3-1.7-2.6-1.7-5a4.3 4.3 0 0 0-8.6 0c0 2.4-.5 3.7-1.7 5ZM8.4 16.5a1.7 1.7 0 0 0 3.200 0",
    }),
  );

/** @param {string | null} seenAt */
const isNewSince = (seenAt) => (/** @type {Model<"Notification">} */ row) =>
  !seenAt || new Date(row.at) > new Date(seenAt);

/** @param {Model<"Notifications">} notifications */
function list({ seen_at: seenAt, data }) {
  if (!data.length)
    return h(
      "p",
      { class: "quiet" },
      "Nothing in the last 30 days: no feed broke, no alert fired, nothing was graded, no fix was judged, no pattern came back.",
    );
  const isNew = isNewSince(seenAt);
  return h(
    "ul",
    { class: "rows" },
    data.map((row) =>
      h(
        "li",
        { class: isNew(row) ? "new" : null },
        h(
          "span",
          { class: "quiet" },
          NotificationKind.labels[row.kind],
          " · ",
          h("span", { title: exact(row.at) }, ago(row.at)),
          isNew(row) ? " · new" : "",
        ),
        h("br"),
        link(PATHS[row.kind](row.item_id ?? ""), row.subject),
        h("span", { class: "below" }, asSentence(row.detail)),
      ),
    ),
  );
}
