// Who would receive the credentials of a connector: shown before they are entered, and whenever that changes.

import { post } from "../../lib/client.js";
import { debounce } from "../../lib/debounce.js";
import { h } from "../../lib/elements.js";

/** @import { Model, Tool } from "../../types.js" */

const TYPING_PAUSE = 300;

/**
 * “https://login.acme.example (client_id, client_secret) and https://api.acme.example (token)”.
 * @param {Model<"CredentialReceivers">} receivers
 */
export const namesOf = ({ receivers }) =>
  receivers.map(({ origin, receives }) => `${origin} (${receives.join(", ")})`).join(" and ");

/**
 * A note that says where the credentials of a form go. `update(config)` asks again, and `shown()` tells the
 * origins that the person has seen: the API refuses credentials that would go to others.
 * @param {Tool} tool
 */
export function receiversNote(tool) {
  const note = h("p", { class: "quiet receivers", "aria-live": "polite" });
  /** @type {string[] | undefined} */
  let origins;
  /** @type {Record<string, unknown>} */
  let config = {};
  const ask = async () => {
    const entered = config;
    const declaration = tool.declaration ? { declaration: tool.declaration } : {};
    const answer = await post("/v1/connectors/receivers", {}, { type: tool.type, ...declaration, config });
    if (entered !== config) return;
    origins = answer.receivers.map(({ origin }) => origin);
    note.textContent = origins.length
      ? `These credentials are sent to ${namesOf(answer)}, and to nobody else.`
      : "Complete the configuration to see who receives these credentials.";
  };
  const askLater = debounce(ask, TYPING_PAUSE);
  /** @param {Record<string, unknown>} changed */
  const update = (changed) => {
    config = changed;
    askLater();
  };
  return { note, update, shown: () => origins };
}
