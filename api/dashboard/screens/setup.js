// The setup wizard: one step after another, driven by what has really occurred in the workspace.

import { get, post } from "../lib/client.js";
import { dialogButton } from "../lib/dialog.js";
import { h, link, section } from "../lib/elements.js";
import { isAtLeast } from "../lib/roles.js";
import { action, part } from "../lib/states.js";
import { progressOf } from "./connectors/backfill.js";
import { deliveriesText, hasArrived } from "./connectors/deliveries.js";
import { invitationForm } from "./settings/members.js";

/** @import { Content, Model, ScreenContext } from "../types.js" */
/** @typedef {Model<"OnboardingSteps">["steps"][number]} Step */

/** @type {Record<string, { title: string, why: string, act?: (context: ScreenContext) => Content }>} */
const STEPS = {
  create_workspace: { title: "Create the workspace", why: "It holds your failures, patterns and people." },
  connect_source: {
    title: "Connect a tool that your failures are recorded in",
    why: "Its issues are read regularly, or delivered by it.",
    act: () => [
      link("/connectors/new", "Connect a tool", { class: "button main" }),
      " ",
      link("/uploads", "Upload an export", { class: "button" }),
    ],
  },
  first_sync: {
    title: "Receive the first issues",
    why: "The first sync begins a few seconds after a tool is connected; programs may send issues as well.",
    act: ({ signal }) => [
      link("/connectors", "See how the sync goes", { class: "button" }),
      part("the first syncs", () => firstSyncs(signal)),
    ],
  },
  invite_members: {
    title: "Invite the team",
    why: "A person gets a link that works once, within seven days.",
    act: ({ me, reload }) =>
      dialogButton("Invite", "Invite a person", (close) => invitationForm(me, close, reload), {
        className: "main",
      }),
  },
  create_alert_rule: {
    title: "Create an alert rule",
    why: "It sends a message when a pattern is likely to recur.",
    act: ({ workspace }) =>
      workspace.features.includes("alerts")
        ? link("/alerts", "Create a rule", { class: "button main" })
        : h("p", { class: "quiet" }, "Alerts are part of the starter plan and above."),
  },
};

/**
 * How far each connector has come with its past.
 * @param {AbortSignal} signal
 */
async function firstSyncs(signal) {
  const connectors = await get("/v1/connectors", {}, { limit: 10 }, signal);
  /** @param {Model<"Connector">} row */
  const entry = (row) =>
    h(
      "li",
      {},
      link(`/connectors/${row.id}`, row.display_name),
      row.deliveries ? ` – last delivery ${deliveriesText(row)}` : null,
      row.backfill ? progressOf(row) : null,
      hasArrived(row) || row.backfill ? null : ` – no ${row.push_only ? "delivery" : "sync"} yet`,
    );
  return h("ul", {}, connectors.data.map(entry));
}

/** @param {ScreenContext} context */
export async function showSetup(context) {
  const setup = await get("/v1/workspace/onboarding", {}, {}, context.signal);
  const isDone = setup.current_step === "done";
  return h(
    "div",
    { class: "screen", "data-title": "Setup" },
    h("h1", {}, "Setup"),
    h(
      "p",
      { class: "lead" },
      isDone ? ["The setup is finished. ", link("/", "Go to the overview")] : progressText(setup),
    ),
    section(
      "Steps",
      {},
      h(
        "ol",
        { class: "rows" },
        setup.steps.map((step) => stepEntry(step, setup.current_step, context)),
      ),
    ),
  );
}

/**
 * Where the setup is, such as “Step 2 of 5: …”.
 * @param {{ current_step: string }} options
 */
export function progressText({ current_step: current }) {
  const names = Object.keys(STEPS);
  return `Step ${names.indexOf(current) + 1} of ${names.length}: ${STEPS[current].title}`;
}

/**
 * @param {Step} options
 * @param {string} current
 * @param {ScreenContext} context
 */
function stepEntry({ name, status, has_occurred: hasOccurred }, current, context) {
  const { title, why, act } = STEPS[name];
  const isCurrent = name === current;
  const state = h(
    "span",
    { class: "quiet" },
    status === "open" ? "" : ` ${status === "completed" ? "✓ done" : "skipped"}`,
  );
  const canAct = isAtLeast(context.me, "admin") && status !== "completed";
  return h(
    "li",
    { "aria-current": isCurrent ? "step" : null },
    isCurrent ? h("strong", {}, title) : title,
    state,
    isCurrent || (canAct && hasOccurred) ? h("p", { class: "prose" }, why) : null,
    canAct && (isCurrent || hasOccurred || status === "skipped")
      ? h(
          "div",
          { class: "buttons" },
          isCurrent || status === "skipped" ? act?.(context) : null,
          name === "create_workspace" ? null : closeStepButton(name, status, hasOccurred, title, context),
        )
      : null,
  );
}

/**
 * Completing what has occurred, else skipping what is open.
 * @param {Exclude<Step["name"], "create_workspace">} step
 * @param {Step["status"]} status
 * @param {boolean} hasOccurred
 * @param {string} title
 * @param {ScreenContext} context
 */
function closeStepButton(step, status, hasOccurred, title, { reload }) {
  if (hasOccurred)
    return action(
      "Mark as done",
      () => post("/v1/workspace/onboarding/complete", {}, { step }).then(reload),
      { label: `Done: ${title}` },
    );
  if (status === "skipped") return null;
  return action("Skip", () => post("/v1/workspace/onboarding/skip", {}, { step }).then(reload), {
    className: "plain",
    label: `Skip: ${title}`,
  });
}
