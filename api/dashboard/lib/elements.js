// Builds elements from data: text always becomes text nodes, so nothing that a server sends is read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; `on…` attributes are listeners, false and null attributes are left out. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value ?? "";
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** A link to another site; anything but a web address stays text. */
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

/** A link to a screen. */
export function link(path, text, attributes = {}) {
  return h("a", { href: `#${path}`, ...attributes }, text);
}

/** A section with a heading, and elements beside the heading. */
export function section(title, { id, beside, level = "h2", className = "" } = {}, ...children) {
  const head = h("div", { class: "section-head" }, h(level, { id }, title), beside);
  return h("section", { class: className || null, "aria-labelledby": id }, head, ...children);
}

/** A table; columns are {title, cell(row), numeric?, wide?}; the caption is for screen readers and hidden unless `isCaptionVisible`. */
export function table(caption, columns, rows, { isCaptionVisible = false, className = "" } = {}) {
  const cell = (column, row) =>
    h(
      "td",
      { class: column.className ?? (column.numeric ? "number" : null), "data-label": column.title },
      column.cell(row),
    );
  const heads = columns.map((column) =>
    h("th", { scope: "col", class: column.numeric ? "number" : null }, column.title),
  );
  return h(
    "div",
    { class: "table-frame", role: "region", "aria-label": caption, tabindex: "0" },
    h(
      "table",
      { class: className || null },
      h("caption", { class: isCaptionVisible ? null : "unseen" }, caption),
      h("thead", {}, h("tr", {}, heads)),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            columns.map((column) => cell(column, row)),
          ),
        ),
      ),
    ),
  );
}

/** Names and values side by side; pairs without a value are left out. */
export function facts(pairs) {
  const present = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return h(
    "dl",
    { class: "facts" },
    present.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}
