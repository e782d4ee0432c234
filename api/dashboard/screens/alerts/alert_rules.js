// Alert rules: when a message about a prediction is sent and to which channels; creating, snoozing and deleting them.

import { get, patch, post, remove } from "../../lib/client.js";
import { confirmButton, dialogButton, showSecret } from "../../lib/dialog.js";
import { facts, h, link } from "../../lib/elements.js";
import { ago, minute, percent, pluralize } from "../../lib/format.js";
import { isAtLeast } from "../../lib/roles.js";
import { action, empty } from "../../lib/states.js";
import { channelsOf, ruleForm } from "./alert_rule_form.js";

/** @import { Model, ScreenContext } from "../../types.js" */
/** @import { RuleDefaults } from "./alert_rule_form.js" */

const SNOOZE_HOURS = [1, 8, 24, 168];

/** @param {ScreenContext} context */
export async function showAlertRules({ me, workspace, query, signal, reload }) {
  const [rules, settings] = await Promise.all([
    get("/v1/alert-rules", {}, { limit: 100 }, signal),
    get("/v1/workspace/settings", {}, {}, signal),
  ]);
  const canWrite = isAtLeast(me, "admin");
  const isIncluded = workspace.features.includes("alerts");
  const defaults = { threshold: settings.alert_probability_threshold, patternId: query.pattern_id };
  const create = dialogButton(
    "Create a rule",
    "Create an alert rule",
    (close) =>
      ruleForm({
        defaults,
        send: (values) => post("/v1/alert-rules", {}, values),
        onDone: created(close, reload),
      }),
    { className: "main" },
  );
  return h(
    "div",
    { class: "screen", "data-title": "Alerts" },
    h("div", { class: "section-head" }, h("h1", {}, "Alerts"), canWrite && isIncluded ? create : null),
    h("p", { class: "lead" }, "A rule sends a message when a pattern is likely to recur."),
    isIncluded ? null : h("p", { class: "prose" }, "Alerts are part of the starter plan and above."),
    query.pattern_id
      ? h(
          "p",
          { class: "quiet" },
          "A new rule here is for ",
          link(`/patterns/${query.pattern_id}`, "one pattern"),
          " only.",
        )
      : null,
    rules.data.length
      ? rules.data.map((rule) => ruleEntry(rule, { canWrite, defaults, reload }))
      : empty(
          "No alert rules yet.",
          canWrite ? "Create one to get a message before a failure comes back." : "An admin can create one.",
        ),
  );
}

/**
 * Webhook secrets are shown once, after the rule is stored.
 * @param {() => void} close
 * @param {() => void} reload
 */
const created = (close, reload) => (/** @type {Model<"CreatedAlertRule">} */ rule) => {
  close();
  reload();
  const [secret] = Object.values(rule.webhook_secrets ?? {});
  if (secret)
    showSecret(
      "The secret that signs the messages",
      "Verify each message with it, by Standard Webhooks.",
      secret,
    );
};

/**
 * @param {Model<"AlertRule">} rule
 * @param {{ canWrite: boolean, defaults: RuleDefaults, reload: () => void }} options
 */
function ruleEntry(rule, { canWrite, defaults, reload }) {
  const isSnoozed = rule.snoozed_until !== null && new Date(rule.snoozed_until) > new Date();
  const stateWhenEnabled = isSnoozed ? "snoozed" : "on";
  const state = rule.enabled ? stateWhenEnabled : "off";
  return h(
    "section",
    { class: "connector", "aria-label": rule.name },
    h(
      "div",
      { class: "section-head" },
      h("h2", {}, rule.name),
      h("span", { class: `mark-word status-${state}` }, state),
      canWrite ? actionsOf(rule, isSnoozed, defaults, reload) : null,
    ),
    facts([
      ["When", `${percent(rule.probability_threshold)} or more within ${pluralize(rule.window_days, "day")}`],
      ["For", scopeText(rule.scope)],
      ["Sends to", channelsOf(rule)],
      ["Fires for", rule.evaluated_at ? pluralize(rule.firing, "pattern") : "not evaluated yet"],
      ["Evaluated", rule.evaluated_at ? ago(rule.evaluated_at) : null],
      ["Snoozed until", isSnoozed ? minute(rule.snoozed_until) : null],
    ]),
  );
}

/** @param {Model<"Scope">} scope */
function scopeText(scope) {
  const parts = [
    scope.service && `service ${scope.service}`,
    scope.team && `team ${scope.team}`,
    scope.pattern_id && link(`/patterns/${scope.pattern_id}`, "one pattern"),
  ].filter(Boolean);
  return parts.length ? parts.flatMap((part, index) => (index ? [", ", part] : [part])) : "every pattern";
}

/**
 * @param {Model<"AlertRule">} rule
 * @param {boolean} isSnoozed
 * @param {RuleDefaults} defaults
 * @param {() => void} reload
 */
function actionsOf(rule, isSnoozed, defaults, reload) {
  const path = { rule_id: rule.id };
  /** @param {Model<"AlertRuleChange">} body */
  const change = (body) => patch("/v1/alert-rules/{rule_id}", path, body);
  /** @param {() => void} close */
  const edit = (close) =>
    ruleForm({
      rule,
      defaults,
      send: change,
      onDone: () => {
        close();
        reload();
      },
      done: "The rule is saved.",
    });
  const endSnooze = () => post("/v1/alert-rules/{rule_id}/snooze", path, { until: null }).then(reload);
  const toggle = () => change({ enabled: !rule.enabled }).then(reload);
  return h(
    "span",
    { class: "beside" },
    dialogButton("Edit", `Edit ${rule.name}`, edit, { className: "plain", label: `Edit ${rule.name}` }),
    isSnoozed
      ? action("End snooze", endSnooze, {
          className: "plain",
          done: "The rule sends again.",
          label: `End the snooze of ${rule.name}`,
        })
      : dialogButton("Snooze", `Snooze ${rule.name}`, (close) => snoozeForm(path, close, reload), {
          className: "plain",
          label: `Snooze ${rule.name}`,
        }),
    action("Send a test", () => post("/v1/alert-rules/{rule_id}/test", path), {
      className: "plain",
      done: "A test message is on its way to every channel.",
      label: `Send a test of ${rule.name}`,
    }),
    action(rule.enabled ? "Turn off" : "Turn on", toggle, {
      className: "plain",
      label: `${rule.enabled ? "Turn off" : "Turn on"} ${rule.name}`,
    }),
    confirmButton(
      "Delete",
      `“${rule.name}” no longer sends anything.`,
      "Delete the rule",
      () => remove("/v1/alert-rules/{rule_id}", path).then(reload),
      { done: "Deleted.", className: "plain", label: `Delete ${rule.name}` },
    ),
  );
}

/**
 * @param {{ rule_id: string }} path
 * @param {() => void} close
 * @param {() => void} reload
 */
function snoozeForm(path, close, reload) {
  /** @param {number} hours */
  const until = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
  /** @param {number} hours */
  const button = (hours) =>
    action(
      hours < 24 ? pluralize(hours, "hour") : pluralize(hours / 24, "day"),
      () =>
        post("/v1/alert-rules/{rule_id}/snooze", path, { until: until(hours) }).then(() => {
          close();
          reload();
        }),
      { done: "Snoozed." },
    );
  return [
    h("p", { class: "prose" }, "The rule sends nothing until then."),
    h("div", { class: "buttons" }, SNOOZE_HOURS.map(button)),
  ];
}
