// Views of a list that a person keeps: its filters and order under a name, seen by nobody else.

import { get, put } from "./client.js";
import { dialogButton } from "./dialog.js";
import { h, link } from "./elements.js";
import { readQuery, tidy, writeQuery } from "./filters/values.js";
import { form } from "./form.js";
import { action, notice } from "./states.js";

/** @import { Filters, FormValues, Model } from "../types.js" */
/** @typedef {Model<"SavedView">} SavedView */
/** @typedef {"issues" | "patterns"} SavedList */

/**
 * The caller's saved views of a list (`issues` or `patterns`), and saving the present one; null: they cannot be read.
 * @param {SavedList} list
 * @param {AbortSignal} signal
 */
export async function savedViews(list, signal) {
  const read = await get("/v1/me/saved-views", {}, {}, signal).catch(() => null);
  if (!read) return null;
  /** @type {Record<SavedList, SavedView[]>} */
  const views = { issues: read.issues ?? [], patterns: read.patterns ?? [] };
  const container = h("div", { class: "saved-views", role: "group", "aria-label": "Saved views" });
  const save = dialogButton(
    "Save this view",
    "Save this view",
    (close) => nameForm(views[list], store, close),
    {
      className: "plain",
    },
  );
  /** @param {SavedView[]} rows */
  const store = async (rows) => {
    const stored = await put("/v1/me/saved-views", {}, { ...views, [list]: rows });
    Object.assign(views, stored);
    draw();
  };
  const draw = () => {
    const present = addressOf(presentFilters());
    const isNew = present !== "" && views[list].every((view) => addressOf(view.filters) !== present);
    save.hidden = !isNew;
    container.hidden = !isNew && !views[list].length;
    container.replaceChildren(
      ...views[list].map((view) =>
        entry(view, present, () => store(views[list].filter((row) => row.name !== view.name))),
      ),
      save,
    );
  };
  /**
   * @param {SavedView} view
   * @param {string} present
   * @param {() => unknown} remove
   */
  const entry = (view, present, remove) => {
    const address = addressOf(view.filters);
    return h(
      "span",
      { class: "saved-view" },
      link(`/${list}${address}`, view.name, { "aria-current": address === present ? "true" : null }),
      action("×", remove, {
        className: "plain",
        label: `Remove the view ${view.name}`,
        done: "The view is removed.",
      }),
    );
  };
  draw();
  globalThis.addEventListener?.("filters-changed", draw, { signal });
  return container;
}

const presentFilters = () => tidy(readQuery(location.hash.split("?")[1] ?? ""));

/**
 * The filters as a query, in one order, so that equal ones are equal texts.
 * @param {Filters} filters
 */
const addressOf = (filters) => writeQuery(tidy(filters));

/**
 * @param {SavedView[]} rows
 * @param {(rows: SavedView[]) => Promise<void>} store
 * @param {() => void} close
 */
function nameForm(rows, store, close) {
  const field = { name: "name", label: "Name", required: true, maxlength: 60 };
  const help =
    "The filters and the order of this list. A view of the same name is replaced. Only you see it.";
  /** @param {FormValues} options */
  const send = async ({ name }) => {
    await store([...rows.filter((row) => row.name !== name), { name, filters: presentFilters() }]);
    close();
    notice("The view is saved.");
  };
  return form({ id: "view", fields: [{ ...field, help }], verb: "Save", send });
}
