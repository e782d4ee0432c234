// Names of patterns, whose variable parts are pills instead of holes.

import { h, link } from "./elements.js";

/** @import { Content } from "../types.js" */

const VARIABLE = /…|<\*>/;

/**
 * A name with a pill for each of its variable parts.
 * @param {string} name
 * @returns {Content}
 */
export const nameWithPills = (name) =>
  name
    .split(VARIABLE)
    .flatMap((text, at) =>
      at ? [h("span", { class: "pill", title: "differs from issue to issue" }, "…"), text] : [text],
    );

/**
 * A pattern's name, which leads to its page.
 * @param {string} id
 * @param {string} name
 */
export const patternLink = (id, name) => link(`/patterns/${id}`, nameWithPills(name));
