// The selected rows of a list, and what can be done with one or all of them.

import { h } from "./elements.js";
import { pluralize } from "./format.js";

/** @import { Content, RowAct } from "../types.js" */

/**
 * The selected rows of a list, and the bar with what can be done with them.
 * @template {{ id: string }} Item
 */
export class Selection {
  /**
   * @param {string} noun
   * @param {readonly RowAct<Item>[]} acts
   * @param {() => void} reload
   */
  constructor(noun, acts, reload) {
    this.noun = noun;
    this.acts = acts;
    this.reload = reload;
    /** @type {Map<string, Item>} */
    this.rows = new Map();
    /** @type {Map<string, { row: Item, box: HTMLInputElement }>} */
    this.shown = new Map();
    /** @type {string | null} */
    this.last = null;
    this.all = h("input", {
      type: "checkbox",
      class: "row-checkbox",
      "aria-label": `Select all ${noun}s shown`,
    });
    this.all.addEventListener("change", () => this.setAll(this.all.checked));
    this.count = h("span", { role: "status" });
    this.bar = h(
      "div",
      { class: "bulk", hidden: true, role: "group", "aria-label": `Selected ${noun}s` },
      this.count,
      acts.map(({ label, key, act }) =>
        h(
          "button",
          {
            type: "button",
            "data-key": key,
            title: key ? `Key: ${key}` : null,
            onclick: () => act([...this.rows.values()], this.done),
          },
          label,
        ),
      ),
      h(
        "button",
        { type: "button", class: "plain", "data-key": "Escape", onclick: () => this.setAll(false) },
        "Clear",
      ),
    );
  }

  done = () => {
    this.rows.clear();
    this.reload();
  };

  /**
   * The checkbox of one row; with Shift, of all rows from the last that was ticked.
   * @param {Item} row
   * @param {string} name
   */
  checkboxFor(row, name) {
    const box = h("input", {
      ...{ type: "checkbox", class: "row-checkbox", checked: this.rows.has(row.id) },
      "aria-label": `Select ${name}`,
    });
    box.addEventListener("click", (event) => {
      const ids = [...this.shown.keys()];
      const ends = [event.shiftKey && this.last ? ids.indexOf(this.last) : -1, ids.indexOf(row.id)];
      const from = ends[0] < 0 ? ends[1] : Math.min(...ends);
      for (const id of ids.slice(from, Math.max(...ends) + 1)) this.set(id, box.checked);
      this.last = row.id;
      this.update();
    });
    this.shown.set(row.id, { row, box });
    return box;
  }

  /**
   * What a row shows of something, and with a press is changed: for this row alone.
   * @param {Item} row
   * @param {string} key
   * @param {Content} text
   * @param {string} label
   */
  buttonFor(row, key, text, label) {
    const act = this.acts.find((each) => each.key === key)?.act;
    return h(
      "button",
      {
        type: "button",
        class: "plain row-act",
        "aria-haspopup": "dialog",
        "aria-label": label,
        onclick: () => act?.([row], this.reload),
      },
      text,
    );
  }

  /**
   * @param {string} id
   * @param {boolean} isSelected
   */
  set(id, isSelected) {
    const shown = this.shown.get(id);
    if (!shown) return;
    shown.box.checked = isSelected;
    if (isSelected) this.rows.set(id, shown.row);
    else this.rows.delete(id);
  }

  /** @param {boolean} isSelected */
  setAll(isSelected) {
    for (const id of this.shown.keys()) this.set(id, isSelected);
    this.update();
  }

  /**
   * Other rows are shown: those of them that were selected stay so.
   * @param {Item[]} rows
   */
  retain(rows) {
    this.shown.clear();
    this.rows = new Map(rows.filter(({ id }) => this.rows.has(id)).map((row) => [row.id, row]));
    this.update();
  }

  update() {
    this.bar.hidden = this.rows.size === 0;
    this.all.checked = this.rows.size > 0 && this.rows.size === this.shown.size;
    this.all.indeterminate = this.rows.size > 0 && !this.all.checked;
    this.count.textContent = `${pluralize(this.rows.size, this.noun)} selected`;
  }
}
