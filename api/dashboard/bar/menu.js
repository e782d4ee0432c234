// Panels below a button of the bar: closed by Escape, by a click elsewhere, or by going to a screen.

import { h } from "../lib/elements.js";

/** A button and the panel that it opens; `build(close)` makes the panel's content whenever it is opened. */
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
  const closeOutside = ({ target }) => element.contains(target) || close();
  const close = () => {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    removeEventListener("pointerdown", closeOutside, true);
    removeEventListener("focusin", closeOutside, true);
    removeEventListener("hashchange", close);
  };
  const open = () => {
    panel.replaceChildren(...[build(close)].flat().filter(Boolean));
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
