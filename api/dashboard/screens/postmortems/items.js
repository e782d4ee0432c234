// The action items of a post-mortem: the words that say so, their state and kind, which a person corrects.

import { patch } from "../../lib/client.js";
import { externalLink, h, table } from "../../lib/elements.js";
import { day, dayOf, today } from "../../lib/format.js";
import { notice } from "../../lib/states.js";
import { ItemKind } from "../../lib/vocabulary.js";
import { verdictMark } from "../recommendations/fixes.js";
import { stateText } from "./cited_items.js";

/** @import { Column, Model } from "../../types.js" */
/** @typedef {Model<"ActionItem">} Item */

/**
 * @param {Model<"Postmortem">} postmortem
 * @param {boolean} canWrite
 * @param {() => void} reload
 */
export function itemsTable(postmortem, canWrite, reload) {
  /** @param {Model<"ItemChange">} change */
  const send = async (change) => {
    try {
      await patch("/v1/postmortems/{postmortem_id}", { postmortem_id: postmortem.id }, { items: [change] });
      reload();
    } catch (error) {
      notice(error instanceof Error ? error.message : String(error), "error");
    }
  };
  const isEditable = canWrite && postmortem.status !== "undone";
  /** @type {Column<Item>[]} */
  const columns = [
    {
      title: "Action item",
      className: "wide",
      cell: (item) => [
        item.text,
        h("span", { class: "below" }, h("q", {}, item.quote), item.owner ? ` · ${item.owner}` : null),
        item.proofs.map((proof) => (proof.text ? h("span", { class: "below" }, proof.text) : null)),
        item.left_at ? h("span", { class: "below" }, `not in the document since ${day(item.left_at)}`) : null,
      ],
    },
    { title: "Changes", cell: (item) => (isEditable ? kindField(item, send) : ItemKind.labels[item.kind]) },
    { title: "Done on", cell: (item) => (isEditable ? dayField(item, send) : stateText(item)) },
    { title: "Did it hold?", cell: (item) => verdictOf(item, postmortem) },
  ];
  if (postmortem.items.some((item) => item.tickets.length))
    columns.splice(-1, 0, { title: "Ticket", cell: listTickets });
  return table("Action items", columns, postmortem.items, { className: "stacked" });
}

/** @param {Item} item */
const listTickets = (item) =>
  item.tickets.map((ticket) => [ticket.startsWith("http") ? externalLink(ticket, "ticket") : ticket, " "]);

/**
 * @param {Item} item
 * @param {Model<"Postmortem">} postmortem
 */
function verdictOf(item, postmortem) {
  if (item.kind !== "fix") return "no fix by itself";
  if (!item.is_done) return item.due_on ? `open, due ${dayOf(item.due_on)}` : "open";
  if (postmortem.status === "draft") return "a claim, once it is imported";
  if (!postmortem.pattern_ids.length) return "a claim, once a pattern is confirmed";
  return item.proofs.map((proof) =>
    proof.verdict ? [verdictMark(proof.verdict), " "] : "the next run judges it",
  );
}

/**
 * @param {Item} item
 * @param {(change: Model<"ItemChange">) => unknown} send
 */
function kindField(item, send) {
  const select = h(
    "select",
    { "aria-label": `What “${item.text}” changes` },
    Object.entries(ItemKind.labels).map(([value, label]) =>
      h("option", { value, selected: value === item.kind }, label),
    ),
  );
  select.addEventListener("change", () =>
    send({ id: item.id, kind: /** @type {Item["kind"]} */ (select.value) }),
  );
  return select;
}

/**
 * A day means done; an empty one, open.
 * @param {Item} item
 * @param {(change: Model<"ItemChange">) => unknown} send
 */
function dayField(item, send) {
  const value = item.done_at ? today(new Date(item.done_at).getTime()) : "";
  const input = h("input", {
    ...{ type: "date", value, max: today() },
    "aria-label": `When “${item.text}” was done; empty: it is open`,
  });
  input.addEventListener("change", () =>
    send(
      input.value ? { id: item.id, is_done: true, done_on: input.value } : { id: item.id, is_done: false },
    ),
  );
  return [input, h("span", { class: "below" }, stateText(item))];
}
