// Names of patterns, whose variable parts are pills instead of holes; and names that lead to a page of their own.

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

/**
 * An address with a query.
 * @param {string} path
 * @param {Record<string, string>} query
 */
export const withQuery = (path, query) => `${path}?${new URLSearchParams(query)}`;

/**
 * A service's name, which leads to its page.
 * @param {string | null | undefined} name
 */
export const serviceLink = (name) => (name ? link(withQuery("/services", { name }), name) : "–");

/**
 * The name of a team or another owner, which leads to the page of what it owns.
 * @param {string | null | undefined} name
 */
export const teamLink = (name) => (name ? link(withQuery("/teams", { name }), name) : "–");
