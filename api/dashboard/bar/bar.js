// The bar: the screens' names, what is broken or new, and a menu with the workspaces, the theme and signing out.

import { showHelp } from "../keyboard.js";
import { get } from "../lib/client.js";
import { h, link } from "../lib/elements.js";
import { timeZone } from "../lib/format.js";
import { action, part } from "../lib/states.js";
import { isOffered, SCREENS } from "../routes.js";
import { closeOnLeaving, menuButton } from "./menu.js";
import { notificationBell } from "./notifications.js";
import { showSearch } from "./search.js";
import { themeChoice } from "./theme.js";
import { enterWorkspace, joinButton } from "./workspaces.js";

/** @import { Me, Reader, Screen, Workspace } from "../types.js" */

/** @type {ReturnType<typeof notificationBell> | null} */
let bell = null;

/**
 * Fill the bar and show it.
 * @param {HTMLElement} bar
 * @param {Reader & { live: HTMLElement, signOut: () => void }} options
 */
export function buildBar(bar, { me, workspace, live, signOut }) {
  const offered = SCREENS.filter((screen) => isOffered(screen, { me, workspace }));
  bell = notificationBell();
  bar.replaceChildren(
    link("/", "Causeloop", { class: "mark" }),
    h(
      "nav",
      { "aria-label": "Screens" },
      offered.filter(({ tab }) => tab === true).map(tabOf),
      moreTabs(offered.filter(({ tab }) => tab === "more")),
    ),
    h(
      "div",
      { class: "bar-end" },
      live,
      searchButton({ me, workspace }),
      bell.element,
      ownMenu(me, workspace, signOut).element,
    ),
  );
  bar.hidden = false;
}

/** @param {Screen} screen */
const tabOf = ({ path, title, short }) =>
  link(path, short ? [h("span", { class: "long" }, title), h("span", { class: "short" }, short)] : title);

/**
 * The screens that are needed less often; they close again when one is chosen, or by a click elsewhere.
 * @param {readonly Screen[]} screens
 */
function moreTabs(screens) {
  const summary = h("summary", {}, "More");
  const more = h(
    "details",
    { class: "more-tabs" },
    summary,
    h(
      "ul",
      { class: "menu-items" },
      screens.map((screen) => h("li", {}, tabOf(screen))),
    ),
  );
  const close = () => {
    more.open = false;
  };
  let stopListening = () => {};
  more.addEventListener("toggle", () => {
    stopListening();
    if (more.open) stopListening = closeOnLeaving(more, summary, close);
  });
  // The screen that is shown already is gone to without a change of the address.
  more.addEventListener("click", ({ target }) => target instanceof HTMLAnchorElement && close());
  return more;
}

/** @param {Reader} reader */
const searchButton = (reader) =>
  h(
    "button",
    {
      type: "button",
      class: "plain",
      title: "Search everything (Ctrl-K)",
      onclick: () => showSearch(reader),
    },
    "Search",
  );

/** Count what is new since the reader looked. */
export const refreshBell = () => bell?.refresh();

/**
 * @param {Me} me
 * @param {Workspace} workspace
 * @param {() => void} signOut
 */
function ownMenu(me, workspace, signOut) {
  const content = [
    h("span", { class: "who" }, workspace.name),
    h("span", { class: "menu-arrow", "aria-hidden": "true" }, "▾"),
  ];
  /** @param {() => void} close */
  const build = (close) => [
    h("p", { class: "quiet" }, `${workspace.organization.name} · ${me.role} · times in ${timeZone()}`),
    me.kind === "user" ? part("your workspaces", () => otherWorkspaces(me)) : null,
    themeChoice(),
    h(
      "ul",
      { class: "menu-items" },
      h("li", {}, link("/settings/account", "Your account")),
      h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            class: "plain",
            onclick: () => {
              close();
              showHelp();
            },
          },
          "Keyboard shortcuts",
        ),
      ),
      h("li", {}, h("button", { type: "button", class: "plain", onclick: signOut }, "Sign out")),
    ),
  ];
  return menuButton(content, build, {
    name: "own",
    label: `Menu: ${workspace.name}`,
    className: "own-button",
  });
}

/** @param {Me} me */
async function otherWorkspaces(me) {
  const rows = (await get("/v1/workspaces", {})).data.filter((row) => row.id !== me.workspace_id);
  if (!rows.length) return h("div", {});
  return h(
    "div",
    {},
    h("h2", {}, "Switch to"),
    h(
      "ul",
      { class: "menu-items" },
      rows.map((row) =>
        h(
          "li",
          {},
          row.is_invitation
            ? joinButton(row)
            : action(`${row.name} (${row.organization})`, () => enterWorkspace(row.id), {
                className: "plain",
              }),
        ),
      ),
    ),
  );
}

/**
 * Mark the tab of the screen that is shown.
 * @param {HTMLElement} bar
 * @param {string} path
 */
export function markTab(bar, path) {
  for (const tab of bar.querySelectorAll("nav a")) {
    if (tab.getAttribute("href") === `#${path}`) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  const more = bar.querySelector(".more-tabs");
  more?.toggleAttribute("data-current", more.querySelector("[aria-current]") !== null);
}
