// Choosing one or more patterns by their names.

import { get } from "../../lib/client.js";
import { debounce } from "../../lib/debounce.js";
import { h } from "../../lib/elements.js";
import { ago, pluralize } from "../../lib/format.js";
import { action, empty, failure } from "../../lib/states.js";

/** @import { Model } from "../../types.js" */

const TYPING_PAUSE = 250;

/**
 * A search, the patterns that it finds, and a reason; `choose(ids, reason, name)` acts. `stays` is the present name of the
 * pattern that the others become part of: it may get another one.
 * @param {{ except?: string[], isMultiple?: boolean, verb: string, stays?: string, choose: (ids: string[], reason: string, name: string) => unknown, done?: string }} options
 */
export function patternPicker({ except = [], isMultiple = false, verb, stays, choose, done }) {
  const search = h("input", {
    id: "pick-search",
    type: "search",
    maxlength: 200,
    placeholder: "words of the name",
  });
  const reason = h("input", { id: "pick-reason", type: "text", maxlength: 2000 });
  const name = h("input", {
    ...{ id: "pick-name", type: "text", maxlength: 300, value: stays ?? "" },
    "aria-describedby": "pick-name-help",
  });
  const found = h("fieldset", { class: "choices" });
  const load = async () => {
    try {
      const page = await get("/v1/patterns", {}, { q: search.value.trim(), limit: 20 });
      const rows = page.data.filter((row) => !except.includes(row.id));
      const picked = new Set(chosen());
      found.replaceChildren(
        h("legend", { class: "unseen" }, "Patterns"),
        ...(rows.length
          ? rows.map((row) => choice(row, isMultiple, picked))
          : [empty("No pattern of this name.")]),
      );
    } catch (error) {
      found.replaceChildren(failure(error, load));
    }
  };
  const chosen = () => {
    const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (found.querySelectorAll("input:checked"));
    return [...inputs].map((input) => input.value);
  };
  search.addEventListener("input", debounce(load, TYPING_PAUSE));
  load();
  const act = () => {
    if (chosen().length) return choose(chosen(), reason.value.trim(), name.value.trim());
    found.querySelector("input")?.focus();
    throw new Error("Choose a pattern first.");
  };
  return [
    h("div", { class: "field" }, h("label", { for: "pick-search" }, "Search"), search),
    found,
    stays
      ? h(
          "div",
          { class: "field" },
          h("label", { for: "pick-name" }, "Its name afterwards"),
          name,
          h(
            "p",
            { class: "help", id: "pick-name-help" },
            "This pattern stays, with its address; the addresses of the others lead here.",
          ),
        )
      : null,
    h(
      "div",
      { class: "field" },
      h("label", { for: "pick-reason" }, "Why", h("span", { class: "optional" }, " (optional)")),
      reason,
    ),
    h("div", { class: "buttons" }, action(verb, act, { done, className: "main" })),
  ];
}

/**
 * @param {Model<"Pattern">} row
 * @param {boolean} isMultiple
 * @param {Set<string>} picked
 */
const choice = (row, isMultiple, picked) =>
  h(
    "label",
    { class: "pick" },
    h("input", {
      type: isMultiple ? "checkbox" : "radio",
      name: "pick",
      value: row.id,
      checked: picked.has(row.id),
    }),
    h(
      "span",
      {},
      row.name,
      h(
        "span",
        { class: "below" },
        `${pluralize(row.issue_count, "issue")}, last seen ${ago(row.last_seen_at)}`,
      ),
    ),
  );
