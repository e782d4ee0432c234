// A text field with a list of what its text may become, which arrow keys walk through and Enter or Tab takes.

import { doInstead } from "../do_instead.js";
import { h } from "../elements.js";
import { nextIndex } from "../next_index.js";

/** @import { Completion } from "../../types.js" */

/**
 * The list to show below the field; `complete(text)` says what the text before the caret may become, and
 * `take(isWhole)` follows when one was taken, which is whole or goes on.
 * @param {HTMLInputElement} input
 * @param {string} label
 * @param {(text: string) => Promise<Completion[]>} complete
 * @param {(isWhole: boolean) => void} take
 * @param {{ isOpenedByArrow?: boolean }} [options] whether the arrow down shows the list where nothing is typed
 */
export function completionList(input, label, complete, take, { isOpenedByArrow = false } = {}) {
  const list = h("ul", {
    class: "completions",
    id: `${input.id}-completions`,
    role: "listbox",
    "aria-label": label,
    hidden: true,
  });
  /** @type {Completion[]} */
  let shown = [];
  let active = -1;
  let latest = 0;

  const close = () => {
    latest += 1;
    shown = [];
    draw();
  };
  const draw = () => {
    active = -1;
    list.hidden = !shown.length;
    input.setAttribute("aria-expanded", String(shown.length > 0));
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(...shown.map(option));
  };
  /**
   * @param {Completion} completion
   * @param {number} at
   */
  const option = (completion, at) =>
    h(
      "li",
      {
        ...{ id: `${list.id}-${at}`, role: "option", "aria-selected": "false" },
        // The field keeps the focus, so that leaving it does not apply what is half typed.
        onpointerdown: (/** @type {Event} */ event) => event.preventDefault(),
        onclick: () => choose(completion),
      },
      h("span", {}, completion.shown),
      completion.detail ? h("span", { class: "quiet" }, completion.detail) : null,
    );
  /** @param {Completion} completion */
  const choose = ({ text, isWhole }) => {
    const rest = input.value.slice(input.selectionStart ?? input.value.length);
    input.value = text + rest.trimStart();
    input.setSelectionRange(text.length, text.length);
    close();
    take(isWhole);
    if (!isWhole) update(true);
  };
  /** @param {boolean} [isWanted] even where nothing is typed */
  const update = async (isWanted = false) => {
    const request = ++latest;
    const text = input.value.slice(0, input.selectionStart ?? input.value.length);
    const found = isWanted || /\S$/.test(text) ? await complete(text) : [];
    if (request !== latest) return;
    shown = found;
    draw();
  };
  /** @param {1 | -1} by */
  const walk = (by) => {
    active = nextIndex(active, by, shown.length);
    for (const [at, element] of [...list.children].entries())
      element.setAttribute("aria-selected", String(at === active));
    input.setAttribute("aria-activedescendant", `${list.id}-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.key === "ArrowDown" && !shown.length && isOpenedByArrow)
      return doInstead(event, () => update(true));
    if (!shown.length) return;
    if (event.key === "ArrowDown") doInstead(event, () => walk(1));
    else if (event.key === "ArrowUp") doInstead(event, () => walk(-1));
    else if (event.key === "Escape") doInstead(event, close);
    else if (["Enter", "Tab"].includes(event.key) && active >= 0)
      doInstead(event, () => choose(shown[active]));
    else if (event.key === "Enter") close();
  };
  for (const [name, value] of Object.entries({
    ...{ role: "combobox", "aria-expanded": "false", "aria-controls": list.id },
    ...{ "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" },
  }))
    input.setAttribute(name, value);
  input.addEventListener("input", () => update());
  input.addEventListener("keydown", onKey);
  input.addEventListener("blur", close);
  return list;
}
