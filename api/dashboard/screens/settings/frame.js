// The frame of the settings: a heading and the parts that the caller may see.

import { h, link } from "../../lib/elements.js";
import { isAtLeast } from "../../lib/roles.js";

const PARTS = [
  { path: "/settings", name: "Workspace", role: "viewer" },
  { path: "/settings/members", name: "Members", role: "admin" },
  { path: "/settings/keys", name: "Keys", role: "admin" },
  { path: "/settings/directory", name: "Directory", role: "owner" },
  { path: "/settings/organization", name: "Organization and workspaces", role: "viewer" },
  { path: "/settings/export", name: "Export", role: "admin" },
  { path: "/settings/audit", name: "Audit log", role: "admin" },
  { path: "/settings/account", name: "Your account", role: "viewer" },
];

/** A screen of the settings. */
export function settingsScreen(me, path, title, ...content) {
  const parts = PARTS.filter((part) => isAtLeast(me, part.role));
  const entry = (part) => link(part.path, part.name, { "aria-current": part.path === path ? "page" : null });
  return h(
    "div",
    { class: "screen", "data-title": title },
    h("h1", {}, "Settings"),
    h("nav", { class: "subnav", "aria-label": "Settings" }, parts.map(entry)),
    content,
  );
}
