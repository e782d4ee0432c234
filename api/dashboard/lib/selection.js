// The selected rows of a list, and what can be done with all of them.

import { h, nodesOf } from "./elements.js";
import { pluralize } from "./format.js";

/** @import { Content } from "../types.js" */

/** The selected rows of a list, and the bar with what can be done with them. */
export class Selection {
  /**
   * @param {string} noun
   * @param {(ids: string[], done: () => void) => Content} actions
   * @param {() => void} reload
   */
  constructor(noun, actions, reload) {
    this.noun = noun;
    this.actions = actions;
    this.reload = reload;
    /** @type {Set<string>} */
    this.ids = new Set();
    this.bar = h("div", { class: "bulk", hidden: true, role: "group", "aria-label": `Selected ${noun}s` });
  }

  /**
   * The checkbox of one row.
   * @param {{ id: string }} row
   * @param {string} name
   */
  checkboxFor(row, name) {
    /** @param {{ currentTarget: HTMLInputElement }} options */
    const change = ({ currentTarget: box }) => {
      if (box.checked) this.ids.add(row.id);
      else this.ids.delete(row.id);
      this.update();
    };
    return h("input", {
      type: "checkbox",
      class: "row-checkbox",
      checked: this.ids.has(row.id),
      "aria-label": `Select ${name}`,
      onchange: change,
    });
  }

  /**
   * Deselect rows that are no longer shown.
   * @param {{ id: string }[]} rows
   */
  retain(rows) {
    const shown = new Set(rows.map((row) => row.id));
    this.ids = new Set([...this.ids].filter((id) => shown.has(id)));
    this.update();
  }

  update() {
    this.bar.hidden = this.ids.size === 0;
    const done = () => {
      this.ids.clear();
      this.reload();
    };
    this.bar.replaceChildren(
      h("span", { role: "status" }, `${pluralize(this.ids.size, this.noun)} selected`),
      ...nodesOf(this.actions([...this.ids], done)),
    );
  }
}
