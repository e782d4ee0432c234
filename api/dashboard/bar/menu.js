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
  let stopListening = () => {};
  const close = () => {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    stopListening();
  };
  const open = () => {
    panel.replaceChildren(...nodesOf(build(close)));
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    stopListening = closeOnLeaving(element, button, close);
  };
  button.addEventListener("click", () => (panel.hidden ? open() : close()));
  return { element, button };
}

/**
 * Close what a button has opened: by Escape, by a click or the focus elsewhere, or by going to a screen.
 * @param {HTMLElement} element
 * @param {HTMLElement} opener
 * @param {() => void} close
 * @returns {() => void} what ends the listening
 */
export function closeOnLeaving(element, opener, close) {
  const listening = new AbortController();
  const { signal } = listening;
  /** @param {Event} event */
  const closeOutside = ({ target }) => {
    if (!element.contains(/** @type {Node} */ (target))) close();
  };
  addEventListener("pointerdown", closeOutside, { capture: true, signal });
  addEventListener("focusin", closeOutside, { capture: true, signal });
  addEventListener("hashchange", close, { signal });
  element.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
      opener.focus();
    },
    { signal },
  );
  return () => listening.abort();
}
