// The frame of the settings: a heading and the parts that the caller may see.

import { h, link } from "../../lib/elements.js";
import { isAtLeast } from "../../lib/roles.js";

/** @import { Content, Screen, ScreenContext } from "../../types.js" */

/**
 * A screen of the settings.
 * @param {Pick<ScreenContext, "me" | "screen" | "screens">} options
 * @param {...Content} content
 */
export function settingsScreen({ me, screen, screens }, ...content) {
  /** @param {Screen} part */
  const entry = ({ path, title, setting }) =>
    link(path, setting === true ? title : setting, { "aria-current": path === screen.path ? "page" : null });
  const parts = screens.filter(({ setting, role = "viewer" }) => setting && isAtLeast(me, role));
  return h(
    "div",
    { class: "screen", "data-title": screen.title },
    h("h1", {}, "Settings"),
    h("nav", { class: "subnav", "aria-label": "Settings" }, parts.map(entry)),
    content,
  );
}
