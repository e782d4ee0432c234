// The form of a new connector: it is tested with what was entered, and stored once the person has seen the result.

import { post } from "../../lib/client.js";
import { externalLink, h } from "../../lib/elements.js";
import { form } from "../../lib/form.js";
import { action, empty } from "../../lib/states.js";
import { answerOf } from "./connection_test.js";
import { fieldsOf, valuesOf } from "./fields.js";
import { guideOf } from "./guide.js";
import { receiversNote } from "./receivers.js";

/** @import { Field, FormValues, Model, Tool } from "../../types.js" */
/** @typedef {ReturnType<typeof receiversNote>} Receivers */

/**
 * @param {Tool} tool
 * @param {Model<"Connector">[]} others Connectors of the same type.
 */
export function newConnectorForm(tool, others) {
  if (!tool.available) return empty(`${tool.title} needs the ${tool.plan} plan.`);
  const result = h("div", { class: "part", "aria-live": "polite" });
  const receivers = receiversNote(tool);
  /** @param {FormValues} entered */
  const test = async (entered) => {
    result.replaceChildren(h("p", { class: "quiet" }, `Asking ${tool.title} …`));
    try {
      result.replaceChildren(
        testResult(
          await post("/v1/connectors/test", {}, connectionOf(tool, entered)),
          tool,
          entered,
          receivers,
        ),
      );
    } catch (error) {
      result.replaceChildren();
      throw error;
    }
  };
  const entryForm = form({
    id: "connector",
    fields: fieldsOfNew(tool, others),
    verb: tool.polls ? "Test" : "Store",
    send: tool.polls ? test : (entered) => store(tool, entered, { paused: false, receivers }),
    watch: tool.credentials.length ? (entered) => receivers.update(valuesOf(entered, "config")) : undefined,
  });
  entryForm.addEventListener("input", () => result.replaceChildren());
  if (tool.credentials.length) receivers.update({});
  return [
    tool.docs_url &&
      h(
        "p",
        { class: "quiet" },
        "Where to find these: ",
        externalLink(tool.docs_url, `the documentation of ${tool.title}`),
        ".",
      ),
    guideOf(tool),
    tool.polls && tool.webhooks ? pushOnly(tool) : null,
    tool.credentials.length ? receivers.note : null,
    entryForm,
    result,
  ];
}

/**
 * The short way for a tool that shall only push: it needs neither address nor credentials.
 * @param {Tool} tool
 */
function pushOnly(tool) {
  const make = async () => {
    const created = await post(
      "/v1/connectors",
      {},
      {
        ...(tool.declaration ? { declaration: tool.declaration } : {}),
        ...{ type: tool.type, display_name: `${tool.title} webhook`, push_only: true },
      },
    );
    keepSecret(created.id, created.webhook_secret);
    location.hash = `#/connectors/${created.id}`;
  };
  return h(
    "p",
    {},
    "Should it only push? ",
    action("Receive its webhook", make),
    h(
      "span",
      { class: "quiet" },
      " – no credentials needed. The next page shows the address and the secret.",
    ),
  );
}

/**
 * @param {Tool} tool
 * @param {Model<"Connector">[]} others
 * @returns {Field[]}
 */
const fieldsOfNew = (tool, others) => [
  {
    name: "display_name",
    label: "Name",
    required: true,
    maxlength: 120,
    value: tool.title,
    help: "How it is listed here.",
  },
  ...fieldsOf(tool.credentials, "credentials"),
  ...fieldsOf(tool.config, "config"),
  {
    ...{ name: "backfill_days", label: "Days of the past to read", kind: "number", required: true },
    ...{ min: 0, max: 3650, value: 365, help: "A year shows weekly and yearly rhythms." },
  },
  {
    ...{ name: "poll_interval_seconds", label: "Seconds between two polls", kind: "number", required: true },
    ...{ min: 60, max: 86400, value: 300 },
  },
  ...(others.length ? [askForSite(others)] : []),
];

/**
 * Whether it reads a tool that is connected already, so that both bring the same issues.
 * @param {Model<"Connector">[]} others
 * @returns {Field}
 */
const askForSite = (others) => ({
  ...{ name: "same_site_as", label: "Is it a tool that is connected already?", kind: "select" },
  options: [
    ["", "As its address says"],
    ...others.map(
      (other) => /** @type {[string, string]} */ ([other.id, `Yes, that of ${other.display_name}`]),
    ),
  ],
  help: "Two connectors of one tool update the same issues; those of two tools never do.",
});

/**
 * What the test gave, and the way on.
 * @param {Model<"ConnectionTest">} result
 * @param {Tool} tool
 * @param {FormValues} entered
 * @param {Receivers} receivers
 */
function testResult(result, tool, entered, receivers) {
  /** @param {boolean} paused */
  const storeWith = (paused) => () => store(tool, entered, { paused, receivers });
  const next = result.ok
    ? action(`Store, and start the backfill of ${entered.backfill_days} days`, storeWith(false), {
        className: "main",
      })
    : action("Store without polling", storeWith(true), { className: "plain" });
  return h("div", { class: "connection-test" }, answerOf(result), h("p", { class: "more" }, next));
}

/**
 * @param {Tool} tool
 * @param {FormValues} entered
 */
const connectionOf = (tool, entered) => ({
  ...(tool.declaration ? { declaration: tool.declaration } : {}),
  ...{ type: tool.type, credentials: valuesOf(entered, "credentials"), config: valuesOf(entered, "config") },
});

/**
 * @param {Tool} tool
 * @param {FormValues} entered
 * @param {{ paused: boolean, receivers: Receivers }} options
 */
async function store(tool, entered, { paused, receivers }) {
  const { display_name, backfill_days, poll_interval_seconds, same_site_as } = entered;
  const site = same_site_as ? { same_site_as } : {};
  const credentials_for = receivers.shown();
  const rest = { display_name, backfill_days, poll_interval_seconds, paused, credentials_for, ...site };
  const created = await post("/v1/connectors", {}, { ...connectionOf(tool, entered), ...rest });
  keepSecret(created.id, created.webhook_secret);
  location.hash = `#/connectors/${created.id}?step=${paused ? "test" : "backfill"}`;
}

const secrets = new Map();

/**
 * The webhook secret of a connector that was just created here; null once its page was left.
 * @param {string} id
 * @returns {string | null}
 */
export const findSecret = (id) => secrets.get(id) ?? null;

/**
 * A secret is shown only now: while the connector's page is open, however often it is drawn.
 * @param {string} id
 * @param {string | null | undefined} secret
 */
function keepSecret(id, secret) {
  secrets.set(id, secret);
  addEventListener("hashchange", function leave() {
    if (location.hash.startsWith(`#/connectors/${id}`)) return;
    secrets.delete(id);
    removeEventListener("hashchange", leave);
  });
}
