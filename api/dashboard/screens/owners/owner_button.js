// Whom to tell: the owner of a service, pattern or recommendation, and a button to name one.

import { get, put } from "../../lib/client.js";
import { dialogButton } from "../../lib/dialog.js";
import { h } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { teamLink } from "../../lib/names.js";
import { action } from "../../lib/states.js";
import { undoNotice } from "../../lib/undo.js";
import { OwnerSource } from "../../lib/vocabulary.js";

/** @import { Content, Fields, Filter, FormValues, Model } from "../../types.js" */
/** @typedef {Model<"NewOwner">["item_kind"]} OwnedKind */
/** @typedef {{ kind: OwnedKind, item: string, title: string, owner: Model<"Owner"> | null }} Owned */

/** The names of owners, as suggestions. */
export const ownerNames = async () => (await get("/v1/owners/names", {})).data;

/** @type {Filter} */
export const OWNER = { name: "owner", label: "Owner", suggest: ownerNames, isMany: true };

/**
 * The owner with how to reach them and how that is known; null where nobody is named.
 * @param {Model<"Owner"> | null} owner
 * @returns {Content}
 */
export function ownerText(owner) {
  if (!owner?.name) return null;
  const contact = owner.contact ? ` (${owner.contact})` : "";
  return h("span", { title: OwnerSource.labels[owner.source] }, teamLink(owner.name), contact);
}

/**
 * A button that names the owner by hand, or takes that back.
 * @param {Owned} owned
 * @param {() => void} reload
 */
export function ownerButton({ kind, item, title, owner }, reload) {
  const byHand = owner?.source === "person" && owner.item_kind === kind;
  /** @param {Omit<Model<"NewOwner">, "item_kind" | "item">} values */
  const store = (values) => put("/v1/owners", {}, { item_kind: kind, item, ...values }).then(reload);
  const before = byHand
    ? { name: owner.name, contact: owner.contact, repository: owner.repository ?? null }
    : {};
  return dialogButton(owner?.name ? "Change owner" : "Name an owner", `Whom to tell of ${title}`, (close) => {
    const remove = () => store({}).then(close);
    /** @type {Fields} */
    const fields = [
      {
        name: "name",
        label: "Owner",
        required: kind !== "service",
        maxlength: 200,
        value: owner?.name,
        help: "A team, a person, or a handle such as @acme/payments.",
        suggested: [],
      },
      {
        name: "contact",
        label: "How to reach them",
        maxlength: 200,
        value: owner?.contact,
        help: "Such as #payments, or an address.",
      },
      kind === "service"
        ? {
            name: "repository",
            label: "Repository",
            maxlength: 200,
            value: owner?.repository,
            help: "Tickets about this service are opened there, where a connector reads it. Such as acme/payments.",
          }
        : null,
    ];
    const element = form({
      id: "owner",
      fields,
      verb: "Save",
      /** @param {FormValues} values */
      send: store,
      onDone: () => {
        close();
        undoNotice("The owner is saved.", () => store(before), "The owner is as it was.");
      },
      extra: byHand ? action("Nobody by hand", remove, { done: "Other sources count again." }) : null,
    });
    fillNames(element);
    return element;
  });
}

/** @param {HTMLFormElement} element */
async function fillNames(element) {
  const names = await ownerNames().catch(() => []);
  element.querySelector("datalist")?.replaceChildren(...names.map((value) => h("option", { value })));
}
