// The form of an alert rule, for a new one and for changing one.

import { form, percentField } from "../../lib/form.js";
import { AlertChannel, NEAREST_WINDOW, WINDOWS } from "../../lib/vocabulary.js";

/** @import { Fields, FormValues, Model } from "../../types.js" */
/** @typedef {{ threshold: number, patternId: string | undefined }} RuleDefaults */

/** @type {[string, string][]} */
const CHANNELS = AlertChannel.values.map((type) => [type, AlertChannel.meanings[type]]);

/**
 * What the channels of a rule are, in words; addresses that are secrets are not shown.
 * @param {Model<"AlertRule">} rule
 */
export const channelsOf = (rule) =>
  rule.channels
    .map((channel) =>
      `${AlertChannel.labels[/** @type {keyof typeof AlertChannel.labels} */ (channel.type)]} ${channel.to ?? channel.url ?? ""}`.trim(),
    )
    .join(", ");

/**
 * The form; `rule` is the one to change.
 * @param {{ rule?: Model<"AlertRule"> | null, defaults: RuleDefaults, send: (rule: any) => unknown, onDone?: (stored: Model<"CreatedAlertRule">) => unknown, done?: string }} options
 */
export function ruleForm({ rule = null, defaults, send, onDone, done }) {
  /** @type {Fields} */
  const fields = [
    { name: "name", label: "Name", required: true, maxlength: 120, value: rule?.name },
    percentField(
      "probability_threshold",
      "Probability of a recurrence, at least",
      rule?.probability_threshold ?? defaults.threshold,
      "In percent.",
    ),
    {
      name: "window_days",
      label: "Within",
      kind: "select",
      value: rule?.window_days ?? NEAREST_WINDOW,
      options: WINDOWS.map((days) => [days, `${days} days`]),
      read: Number,
    },
    {
      name: "service",
      label: "Only this service",
      maxlength: 200,
      value: rule?.scope.service,
      pointer: "/scope/service",
    },
    {
      name: "team",
      label: "Only this team",
      maxlength: 200,
      value: rule?.scope.team,
      pointer: "/scope/team",
    },
    {
      name: "channel",
      label: rule ? "Replace the channel by" : "Send to",
      kind: "select",
      value: rule ? "" : "slack",
      options: rule ? [["", `keep: ${channelsOf(rule)}`], ...CHANNELS] : CHANNELS,
    },
    {
      name: "address",
      label: "Address",
      required: !rule,
      maxlength: 2000,
      autocomplete: "off",
      pointer: "/channels/0/url",
      help: "The https address of the webhook, or the e-mail address.",
    },
  ];
  const patternId = rule ? rule.scope.pattern_id : defaults.patternId;
  /** @param {FormValues} values */
  const submit = (values) => send(toRule(values, patternId));
  return form({ id: "rule", fields, verb: rule ? "Save" : "Create", send: submit, onDone, done });
}

/**
 * @param {FormValues} options
 * @param {unknown} patternId
 */
function toRule({ service, team, channel, address, ...rule }, patternId) {
  const scope = Object.fromEntries(
    Object.entries({ service, team, pattern_id: patternId }).filter(([, value]) => value),
  );
  if (!channel) return { ...rule, scope };
  const target = channel === "email" ? { to: address } : { url: address };
  return { ...rule, scope, channels: [{ type: channel, ...target }] };
}
