// Values of a chart's marks: under the pointer, under a finger, and by arrow keys when the chart has the focus.

import { h } from "../lib/elements.js";
import { nextIndex } from "../lib/next_index.js";

/** @typedef {HTMLElement | SVGElement} Mark */

/**
 * A frame whose marks with `data-tip` tell their values.
 * @param {HTMLElement} frame
 * @param {string} title
 */
export function withTooltips(frame, title) {
  const tip = h("p", { class: "tip", hidden: true, role: "status" });
  const box = h(
    "div",
    {
      class: "chart-box",
      tabindex: "0",
      role: "group",
      "aria-label": `${title}: left and right arrow keys read the values`,
    },
    frame,
    tip,
  );
  /** @type {Mark | null} */
  let current = null;
  /** @param {Mark | null} mark */
  const show = (mark) => {
    current?.classList.remove("read-out");
    current = mark;
    tip.hidden = !mark;
    if (!mark) return;
    mark.classList.add("read-out");
    tip.textContent = mark.dataset.tip ?? null;
    const [markBox, frameBox] = [mark.getBoundingClientRect(), box.getBoundingClientRect()];
    const left = markBox.left + markBox.width / 2 - frameBox.left;
    tip.style.left = `${Math.min(Math.max(left, 48), Math.max(48, frameBox.width - 48))}px`;
    tip.style.top = `${markBox.top - frameBox.top}px`;
  };
  /** @param {Event} event */
  const markOf = ({ target }) =>
    target instanceof Element ? /** @type {Mark | null} */ (target.closest("[data-tip]")) : null;
  box.addEventListener("pointermove", (event) => event.pointerType !== "touch" && show(markOf(event)));
  box.addEventListener("pointerdown", (event) => show(markOf(event)));
  box.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && show(null));
  box.addEventListener("blur", () => show(null));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return show(null);
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || event.target !== box) return;
    event.preventDefault();
    const marks = /** @type {Mark[]} */ ([...frame.querySelectorAll("[data-tip]")]);
    show(marks.at(nextIndex(current ? marks.indexOf(current) : -1, by, marks.length)) ?? null);
  });
  return box;
}
