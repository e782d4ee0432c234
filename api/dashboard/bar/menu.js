// Panels below a button of the bar: closed by Escape, by a click elsewhere, or by going to a screen.

import { h, nodesOf } from "../lib/elements.js";

/** @import { Content } from "../types.js" */

/**
 * A button and the panel that it opens; `build(close)` makes the panel's content whenever it is opened.
 * @param {Content} content
 * @param {(close: () => void) => Content} build
 * @param {{ label: string, name: string, className?: string }} options
 */
export function menuButton(content, build, { label, name, className = "" }) {
  const panel = h("div", { class: "menu-panel", id: `menu-${name}`, hidden: true });
  const button = h(
    "button",
    {
      type: "button",
      class: `plain ${className}`,
      "aria-expanded": "false",
      "aria-controls": panel.id,
      "aria-label": label,
    },
    content,
  );
  const element = h("div", { class: "menu" }, button, panel);
  /** @param {Event} event */
  const closeOutside = ({ target }) => {
    if (!element.contains(/** @type {Node} */ (target))) close();
  };
  const close = () => {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", closeOutside, true);
    removeEventListener("focusin", closeOutside, true);
    removeEventListener("hashchange", close);
  };
  const open = () => {
    panel.replaceChildren(...nodesOf(build(close)));
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    addEventListener("pointerdown", closeOutside, true);
    addEventListener("focusin", closeOutside, true);
    addEventListener("hashchange", close);
  };
  button.addEventListener("click", () => (panel.hidden ? open() : close()));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    close();
    button.focus();
  });
  return { element, button };
}
