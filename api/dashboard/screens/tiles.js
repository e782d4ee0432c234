// Figures side by side, each with its name and what it is based on.

import { h, link } from "../lib/elements.js";

/**
 * Tiles in one row, or several where there is no room.
 * @param {...HTMLElement} children
 */
export const tiles = (...children) => h("dl", { class: `tiles of-${children.length}` }, children);

/**
 * @param {string} name
 * @param {string} value
 * @param {string} basis
 * @param {string} [path]
 */
export const tile = (name, value, basis, path) =>
  h(
    "div",
    { class: "tile" },
    h("dt", {}, path ? link(path, name) : name),
    h("dd", {}, h("strong", {}, value), h("span", { class: "quiet" }, basis)),
  );
