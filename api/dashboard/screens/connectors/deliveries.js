// What a tool pushes: where it has to send, and what came of it, followed until the first delivery is there.

import { get } from "../../lib/client.js";
import { h, link, nodesOf, section } from "../../lib/elements.js";
import { ago, number, plain, pluralize } from "../../lib/format.js";

/** @import { Model, Tool } from "../../types.js" */

const SECONDS_BETWEEN = 3;

/**
 * What was pushed within a day, in one sentence; null: nothing.
 * @param {Model<"Connector">} connector
 */
export function deliveriesText({ deliveries }) {
  if (!deliveries) return null;
  const refused = deliveries.refused
    ? `, ${number(deliveries.refused)} refused: ${plain(deliveries.refused_for)}`
    : "";
  return `${ago(deliveries.last_at)}, ${number(deliveries.accepted)} accepted${refused} within a day`;
}

/**
 * Whether a connector has answered in any way: a sync or a delivery.
 * @param {Model<"Connector">} connector
 */
export const hasArrived = (connector) => Boolean(connector.deliveries?.accepted || connector.last_sync_at);

/**
 * How to have the tool push, and what came of it.
 * @param {Model<"Connector">} connector
 * @param {Tool | undefined} tool
 * @param {{ secret: string | null, signal: AbortSignal, onArrival: () => void }} options
 */
export function webhookSection(connector, tool, { secret, signal, onArrival }) {
  if (!connector.webhook_url) return null;
  const state = h("div", { class: "part", role: "status" }, ...nodesOf(stateOf(connector)));
  if (!connector.deliveries?.accepted && connector.push_only) follow(connector, state, signal, onArrival);
  const isOpen = Boolean(secret) || (connector.push_only && !connector.deliveries?.accepted);
  return section(
    "Webhook",
    {},
    state,
    h(
      "details",
      { open: isOpen },
      h("summary", {}, "What to enter in the tool"),
      h(
        "ol",
        { class: "prose" },
        tool?.webhook_setup ? h("li", {}, tool.webhook_setup) : null,
        h("li", {}, "Address: ", copied(connector.webhook_url, "the address")),
        secret
          ? h("li", {}, "Secret, shown only now: ", copied(secret, "the secret"))
          : h("li", {}, "Secret: the one that was shown when it was made, or a new one."),
      ),
    ),
  );
}

/** @param {Model<"Connector">} connector */
function stateOf(connector) {
  const { deliveries } = connector;
  if (!deliveries)
    return h(
      "p",
      {},
      connector.push_only ? "Waiting for the first delivery …" : "Nothing was delivered within a day.",
    );
  const became = [
    pluralize(deliveries.records, "record"),
    `${number(deliveries.changed)} new or updated`,
    deliveries.quarantined ? `${number(deliveries.quarantined)} in quarantine` : null,
  ].filter(Boolean);
  return [
    h("p", {}, h("strong", {}, `Last delivery ${deliveriesText(connector)}. `)),
    deliveries.accepted
      ? h(
          "p",
          {},
          `They held ${became.join(", ")}. `,
          link(`/issues?source=${encodeURIComponent(connector.source)}`, "See the issues"),
          ".",
        )
      : h(
          "p",
          { class: "connector-error" },
          "Its signature did not fit: compare the secret in the tool, or replace it here.",
        ),
  ];
}

/**
 * A text to be copied.
 * @param {string} text
 * @param {string} what
 */
function copied(text, what) {
  const button = h("button", { type: "button", class: "plain", "aria-label": `Copy ${what}` }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  });
  return [h("code", { class: "wrapped" }, text), " ", button];
}

/**
 * @param {Model<"Connector">} connector
 * @param {HTMLElement} container
 * @param {AbortSignal} signal
 * @param {() => void} onArrival
 */
async function follow(connector, container, signal, onArrival) {
  let current = connector;
  while (!current.deliveries?.accepted) {
    await pause();
    if (signal?.aborted || !container.isConnected) return;
    current = await get("/v1/connectors/{connector_id}", { connector_id: connector.id }, {}, signal).catch(
      () => current,
    );
    container.replaceChildren(...nodesOf(stateOf(current)));
  }
  onArrival();
}

const pause = () =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, SECONDS_BETWEEN * 1000);
    /** @type {any} */ (timer).unref?.(); // in the tests, node would wait for it
  });
