// The bar above a list: a search that takes words and tokens, the other filters, and what is in force.

import { h } from "../elements.js";
import { filterChips } from "./chips.js";
import { completionList } from "./combobox.js";
import { completionsOf } from "./completions.js";
import { filterControl } from "./controls.js";
import { addFilters, readSearch } from "./tokens.js";
import { firstOf, tidy } from "./values.js";

/** @import { Filter, Filters, ListFilters } from "../../types.js" */

const MAX_INLINE = 2; // more would push the rows down: they stand behind “Filters”

/**
 * The bar; `change(filters)` is called when others are in force.
 * @param {ListFilters} list
 * @param {Filters} start
 * @param {(filters: Filters) => void} change
 */
export function filterBar(list, start, change) {
  let filters = tidy(start);
  const search = list.fields.find(({ name }) => name === "q");
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Filters in force" });
  /** @param {Filters} next */
  const set = (next) => {
    const changed = tidy(next);
    if (JSON.stringify(changed) === JSON.stringify(filters)) return;
    filters = changed;
    draw();
    change(filters);
  };
  const draw = () => {
    for (const control of controls) control.sync(filters);
    const shown = filterChips(filters, list, set).filter((chip) => chip !== null);
    chips.replaceChildren(...shown);
    chips.hidden = !shown.length;
  };
  /** @param {Filter} field */
  const controlOf = (field) => filterControl(field, (value) => set({ ...filters, [field.name]: value }));
  const box = search ? searchBox(search, list, () => filters, set) : null;
  const { beside, behind } = placesOf(
    list.fields.filter((field) => field !== search),
    Boolean(search),
  );
  const besideControls = beside.map(controlOf);
  const behindControls = behind.map(controlOf);
  const controls = [...besideControls, ...behindControls, ...(box ? [box] : [])];
  const form = h(
    "form",
    { class: "filters", role: "search" },
    box?.element,
    behind.length
      ? panelOf(
          behindControls.map(({ element }) => element),
          besideControls.map(({ element }) => element),
        )
      : besideControls.map(({ element }) => element),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    box?.apply();
  });
  draw();
  return h("div", { class: "filter-bar" }, form, box?.refusal, chips);
}

/** Whether rows come first: there is room for one filter above them. */
const isPhone = () => Boolean(globalThis.matchMedia?.("(max-width: 44rem)").matches);

/**
 * Which fields stand beside the search, and which behind “Filters”.
 * @param {Filter[]} fields
 * @param {boolean} hasSearch
 */
function placesOf(fields, hasSearch) {
  if (isPhone())
    return hasSearch
      ? { beside: [], behind: fields }
      : { beside: fields.slice(0, 1), behind: fields.slice(1) };
  const behind = fields.filter(({ isBeside }) => !isBeside);
  if (behind.length <= MAX_INLINE) return { beside: fields, behind: [] };
  return { beside: fields.filter(({ isBeside }) => isBeside), behind };
}

/**
 * “Filters”, which opens the others below it.
 * @param {HTMLElement[]} behind
 * @param {HTMLElement[]} beside
 */
function panelOf(behind, beside) {
  const panel = h("div", { class: "filter-panel", id: "filter-panel", hidden: true }, behind);
  const toggle = () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) /** @type {HTMLElement | null} */ (panel.querySelector("select, input"))?.focus();
  };
  const button = h(
    "button",
    {
      type: "button",
      class: "filters-button",
      "aria-expanded": "false",
      "aria-controls": panel.id,
      onclick: toggle,
    },
    "Filters",
  );
  return [button, beside, panel];
}

/**
 * The search: its words are searched for, its tokens become filters; what is no token of the list is refused.
 * @param {Filter} field
 * @param {ListFilters} list
 * @param {() => Filters} filtersOfNow
 * @param {(filters: Filters) => void} set
 */
function searchBox(field, list, filtersOfNow, set) {
  const refusal = h("p", { class: "field-error", id: "filter-q-error", role: "alert" });
  const input = h("input", {
    ...{ id: "filter-q", name: "q", type: "search", maxlength: 400, placeholder: field.placeholder },
    "aria-describedby": refusal.id,
  });
  const apply = () => {
    const { filters, words, problem } = readSearch(input.value, list);
    refusal.textContent = problem ?? "";
    if (!problem) input.removeAttribute("aria-invalid");
    else return input.setAttribute("aria-invalid", "true");
    input.value = words;
    set({ ...addFilters(filtersOfNow(), filters, list), q: words });
  };
  /** @param {boolean} isWhole */
  const take = (isWhole) => isWhole && apply();
  const completions = completionList(
    input,
    "Filters to choose from",
    (text) => completionsOf(text, list),
    take,
    { isOpenedByArrow: true },
  );
  input.addEventListener("change", () => applyAfterClick(input, apply));
  /** @param {Filters} filters */
  const sync = (filters) => {
    input.value = firstOf(filters.q);
  };
  const element = h(
    "div",
    { class: "field grow search-box" },
    h("label", { for: input.id }, field.label),
    input,
    completions,
  );
  return { element, refusal, apply, sync };
}

let isPressing = false;
globalThis.addEventListener?.("pointerdown", () => (isPressing = true), true);
globalThis.addEventListener?.("pointerup", () => setTimeout(() => (isPressing = false)), true);
globalThis.addEventListener?.("pointercancel", () => (isPressing = false), true);

/**
 * Leaving a field by a click on a row must not replace the row before the click arrives.
 * @param {HTMLElement} field
 * @param {() => void} apply
 */
function applyAfterClick(field, apply) {
  if (!isPressing) return apply();
  const address = location.hash;
  const applyThen = () => field.isConnected && location.hash === address && apply();
  addEventListener("pointerup", () => setTimeout(applyThen), { once: true, capture: true });
}
