// Who is invoiced for the organization: its owners alone see and set it.

import { get, put } from "../../lib/client.js";
import { h } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { minute } from "../../lib/format.js";

/** @import { Fields, FormValues, Model } from "../../types.js" */

/** @param {AbortSignal} signal */
export async function readBilling(signal) {
  const container = h("div", {});
  /** @param {Model<"BillingIdentity">} identity */
  const draw = (identity) => container.replaceChildren(changedText(identity), billingForm(identity, draw));
  draw(await get("/v1/organization/billing", {}, {}, signal));
  return container;
}

/** @param {Model<"BillingIdentity">} identity */
const changedText = ({ changed_at: at, changed_by_name: by }) =>
  h(
    "p",
    { class: "quiet" },
    at
      ? `Changed ${minute(at)} by ${by ?? "somebody who has left"}. Only owners see it.`
      : "Nothing has been entered yet. Only owners see it.",
  );

/**
 * @param {Model<"BillingIdentity">} identity
 * @param {(identity: Model<"BillingIdentity">) => void} draw
 */
function billingForm(identity, draw) {
  /** @type {Fields} */
  const fields = [
    {
      name: "legal_name",
      label: "Legal name",
      maxlength: 300,
      value: identity.legal_name,
      autocomplete: "organization",
    },
    {
      name: "address",
      label: "Address",
      kind: "textarea",
      maxlength: 1000,
      value: identity.address,
      autocomplete: "street-address",
    },
    { name: "tax_id", label: "Tax id", maxlength: 60, value: identity.tax_id, help: "Such as a VAT number." },
    {
      name: "email",
      label: "Billing e-mail",
      kind: "email",
      maxlength: 254,
      value: identity.email,
      help: "Where invoices are sent.",
    },
  ];
  return form({
    id: "billing",
    fields,
    verb: "Save",
    /** @param {FormValues} values */
    send: (values) => put("/v1/organization/billing", {}, values),
    done: "The billing identity is saved.",
    onDone: draw,
  });
}
