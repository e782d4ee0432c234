// Builds elements from data: text always becomes text nodes, so nothing that a server sends is read as markup.

/** @import { Attributes, Column, Content } from "../types.js" */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element; `on…` attributes are listeners, false and null attributes are left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Content} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * The same for SVG.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Content} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {HTMLElement | SVGElement} Filled
 * @param {Filled} element
 * @param {Attributes} attributes
 * @param {readonly Content[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") /** @type {HTMLInputElement} */ (element).value = value ?? "";
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flatMap(nodesOf));
  return element;
}

/**
 * Content as nodes: lists within lists become one, and what is left out is left out.
 * @param {Content} content
 * @returns {(Node | string)[]}
 */
export function nodesOf(content) {
  if (content === null || content === undefined || content === false) return [];
  if (Array.isArray(content)) return content.flatMap(nodesOf);
  return [typeof content === "number" ? String(content) : /** @type {Node | string} */ (content)];
}

/**
 * A link to another site; anything but a web address stays text.
 * @param {string | null | undefined} address
 * @param {Content} text
 */
export function externalLink(address, text) {
  return /^https?:\/\//i.test(address ?? "")
    ? h(
        "a",
        { href: address, rel: "noopener noreferrer", target: "_blank" },
        text,
        h("span", { class: "quiet" }, " ↗"),
      )
    : h("span", {}, text);
}

/**
 * A link to a screen.
 * @param {string} path
 * @param {Content} text
 * @param {Attributes} [attributes]
 */
export function link(path, text, attributes = {}) {
  return h("a", { href: `#${path}`, ...attributes }, text);
}

/**
 * A section with a heading, and elements beside the heading.
 * @param {Content} title
 * @param {{ id?: string, beside?: Content, level?: "h2" | "h3", className?: string }} [options]
 * @param {...Content} children
 */
export function section(title, { id, beside, level = "h2", className = "" } = {}, ...children) {
  const head = h("div", { class: "section-head" }, h(level, { id }, title), beside);
  return h("section", { class: className || null, "aria-labelledby": id }, head, ...children);
}

/** @param {{ numeric?: boolean, isMinor?: boolean }} column */
const headClass = ({ numeric, isMinor }) =>
  [numeric ? "number" : "", isMinor ? "minor" : ""].filter(Boolean).join(" ") || null;

/** @param {{ className?: string, numeric?: boolean, isMinor?: boolean }} column */
const cellClass = ({ className, numeric, isMinor }) =>
  [className ?? (numeric ? "number" : ""), isMinor ? "minor" : ""].filter(Boolean).join(" ") || null;

/**
 * A table; its caption is for screen readers, and hidden unless `isCaptionVisible`. With `groupOf(row)` the rows of
 * one group stand together under its name, in the order of their first rows.
 * @template Item
 * @param {string} caption
 * @param {readonly Column<Item>[]} columns
 * @param {readonly Item[]} rows
 * @param {{ isCaptionVisible?: boolean, className?: string, groupOf?: ((row: Item) => string) | null }} [options]
 */
export function table(
  caption,
  columns,
  rows,
  { isCaptionVisible = false, className = "", groupOf = null } = {},
) {
  /**
   * @param {Column<Item>} column
   * @param {Item} row
   */
  const cell = (column, row) => {
    const label = column.isClear ? null : column.title;
    const filled = h("td", { class: cellClass(column), "data-label": label }, column.cell(row));
    if (filled.textContent === "–") filled.classList.add("none");
    return filled;
  };
  const heads = columns.map((column) =>
    h("th", { scope: "col", class: headClass(column) }, column.head ?? column.title),
  );
  /** @param {readonly Item[]} members */
  const rowsOf = (members) =>
    members.map((row) =>
      h(
        "tr",
        {},
        columns.map((column) => cell(column, row)),
      ),
    );
  return h(
    "div",
    { class: "table-frame", role: "region", "aria-label": caption, tabindex: "0" },
    h(
      "table",
      { class: className || null },
      h("caption", { class: isCaptionVisible ? null : "unseen" }, caption),
      h("thead", {}, h("tr", {}, heads)),
      groupOf
        ? groupsOf(rows, groupOf).map(([name, members]) =>
            h("tbody", {}, groupHead(name, members.length, columns.length), rowsOf(members)),
          )
        : h("tbody", {}, rowsOf(rows)),
    ),
  );
}

/**
 * @param {string} name
 * @param {number} count
 * @param {number} columns
 */
const groupHead = (name, count, columns) =>
  h(
    "tr",
    { class: "group" },
    h("th", { scope: "rowgroup", colspan: columns }, name, h("span", { class: "quiet" }, ` ${count}`)),
  );

/**
 * @template Item
 * @param {readonly Item[]} rows
 * @param {(row: Item) => string} groupOf
 */
function groupsOf(rows, groupOf) {
  /** @type {Map<string, Item[]>} */
  const groups = new Map();
  for (const row of rows) {
    const name = groupOf(row);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups];
}

/**
 * Names and values side by side; pairs without a value are left out.
 * @param {readonly (readonly [string, Content])[]} pairs
 */
export function facts(pairs) {
  const present = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h(
    "dl",
    { class: "facts" },
    present.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}
