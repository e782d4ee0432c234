// The controls around the pattern graph: search, zoom and the legend of its clusters.

import { debounce } from "../../lib/debounce.js";
import { h, s } from "../../lib/elements.js";
import { number, pluralize } from "../../lib/format.js";
import { Impact } from "../../lib/vocabulary.js";

/** @import { numberClusters } from "./appearance.js" */
/** @import { View } from "./view.js" */

const TYPING_PAUSE = 150;

/**
 * A field that shows only the patterns whose names hold its words.
 * @param {View} view
 */
export function searchField(view) {
  const found = h("span", { class: "quiet", role: "status" });
  const input = h("input", {
    id: "graph-search",
    type: "search",
    maxlength: 200,
    placeholder: "words of the name",
    autocomplete: "off",
  });
  const search = () => {
    if (!view.isDrawn) return;
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) {
      view.fit();
      found.textContent = "";
      return;
    }
    const count = view.show(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
    found.textContent = count ? pluralize(count, "pattern") : "no pattern of this name here";
  };
  input.addEventListener("input", debounce(search, TYPING_PAUSE));
  input.addEventListener("keydown", (event) => event.key === "Enter" && view.canvas.focus());
  return h("span", { class: "beside" }, h("label", { for: "graph-search" }, "Find"), input, found);
}

/**
 * Buttons for who has no wheel.
 * @param {View} view
 */
export function zoomButtons(view) {
  /**
   * @param {string} text
   * @param {string} label
   * @param {() => void} act
   */
  const button = (text, label, act) =>
    h(
      "button",
      { type: "button", "aria-label": label, title: label, onclick: () => view.isDrawn && act() },
      text,
    );
  return h(
    "span",
    { class: "beside" },
    button("+", "Zoom in", () => view.zoomIn()),
    button("−", "Zoom out", () => view.zoomOut()),
    button("Show all", "Show all", () => {
      view.clear();
      view.fit();
    }),
  );
}

/**
 * What the colours mean; a cluster's entry shows that cluster alone.
 * @param {View} view
 * @param {ReturnType<typeof numberClusters>} clusters
 * @param {Map<string, string>} names
 */
export function legend(view, clusters, names) {
  const entries = [...clusters].map(([id, { number: colour, size }]) => {
    /** @param {{ currentTarget: HTMLElement }} options */
    const press = ({ currentTarget: button }) => {
      if (!view.isDrawn) return;
      const isOn = button.getAttribute("aria-pressed") === "true";
      view.clear();
      if (isOn) return view.fit();
      button.setAttribute("aria-pressed", "true");
      view.show((node) => node.cluster_id === id);
    };
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "plain", "aria-pressed": "false", onclick: press },
        s(
          "svg",
          {
            viewBox: "0 0 12 12",
            width: 12,
            height: 12,
            "aria-hidden": "true",
            class: `swatch cluster-${colour}`,
          },
          s("circle", { cx: 6, cy: 6, r: 6 }),
        ),
        ` ${names.get(id) ?? "A cluster"} (${number(size)})`,
      ),
    );
  });
  const buttons = h("ul", { class: "graph-legend", "aria-label": "Clusters" }, entries);
  view.canvas.addEventListener("cleared", () => {
    for (const button of buttons.querySelectorAll("button")) button.setAttribute("aria-pressed", "false");
  });
  const risks = Impact.values.map((risk) => h("span", { class: `risk risk-${risk}` }, risk));
  return h(
    "div",
    {},
    entries.length ? buttons : null,
    h("p", { class: "quiet beside" }, "Border: risk ", risks),
  );
}
