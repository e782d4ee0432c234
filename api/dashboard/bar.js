// The bar: the screens' names, what is broken, the workspace and its zone, and signing out.

import { h, link } from "./lib/elements.js";
import { timeZone } from "./lib/format.js";
import { isAtLeast } from "./lib/roles.js";
import { showHelp } from "./keyboard.js";
import { TABS } from "./routes.js";

/** Fill the bar and show it. */
export function buildBar(bar, { me, workspace, live, signOut }) {
  const isOffered = ({ feature, role = "viewer" }) =>
    (!feature || workspace.features.includes(feature)) && isAtLeast(me, role);
  const tabs = TABS.filter(isOffered).map(({ path, name }) => link(path, name));
  const who = h(
    "span",
    { class: "who", title: `${workspace.organization.name}; times are those of ${timeZone()}` },
    workspace.name,
    h("span", { class: "quiet" }, `${me.role} · ${timeZone()}`),
  );
  bar.replaceChildren(
    link("/", "Causeloop", { class: "mark" }),
    h("nav", { "aria-label": "Screens" }, tabs),
    h(
      "div",
      { class: "bar-end" },
      live,
      who,
      h("button", { type: "button", class: "plain help-button", "aria-label": "Keyboard shortcuts", onclick: showHelp }, "?"),
      h("button", { type: "button", class: "plain", onclick: signOut }, "Sign out"),
    ),
  );
  bar.hidden = false;
}

/** Mark the tab of the screen that is shown. */
export function markTab(bar, path) {
  for (const tab of bar.querySelectorAll("nav a")) {
    if (tab.getAttribute("href") === `#${path}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}
