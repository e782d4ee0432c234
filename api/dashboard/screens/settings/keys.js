// Service-account keys: for programs that send issues or read results.

import { get, post, remove } from "../../lib/client.js";
import { dialogButton } from "../../lib/dialog.js";
import { h, section } from "../../lib/elements.js";
import { empty } from "../../lib/states.js";
import { settingsScreen } from "./frame.js";
import { keysTable, newKeyForm } from "./key_forms.js";

/** @import { FormValues, Me, ScreenContext } from "../../types.js" */

const KIND = {
  /**
   * @param {string} id
   * @param {FormValues} values
   */
  rotate: (id, values) => post("/v1/service-accounts/{account_id}/rotate", { account_id: id }, values),
  /** @param {string} id */
  revoke: (id) => remove("/v1/service-accounts/{account_id}", { account_id: id }),
};

/** @param {ScreenContext} context */
export async function showKeys(context) {
  const { me, signal, reload } = context;
  const keys = await get("/v1/service-accounts", {}, { limit: 100 }, signal);
  const create = dialogButton("Create a key", "Create a key", (close) => newKey(me, close, reload), {
    className: "main",
  });
  return settingsScreen(
    context,
    section(
      "Service-account keys",
      { beside: create },
      h("p", { class: "lead" }, "A key lets a program act in this workspace. Only a hash of it is stored."),
      keys.data.length ? keysTable("Service-account keys", keys.data, KIND, reload) : empty("No keys yet."),
    ),
  );
}

/**
 * @param {Me} me
 * @param {() => void} close
 * @param {() => void} reload
 */
function newKey(me, close, reload) {
  /** @param {FormValues} values */
  const send = (values) => post("/v1/service-accounts", {}, values);
  const help = "Sending issues needs the analyst role.";
  return newKeyForm({ me, role: "analyst", help, lifetime: "a year", send, close, reload });
}
