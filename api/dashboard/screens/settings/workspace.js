// The workspace: its name and time zone, the settings of the analysis, the setup, and leaving it.

import { get, patch, post } from "../../lib/client.js";
import { confirmButton } from "../../lib/dialog.js";
import { facts, h, link, section } from "../../lib/elements.js";
import { form, percentField } from "../../lib/form.js";
import { number, percent, pluralize } from "../../lib/format.js";
import { choicesOf } from "../../lib/listing.js";
import { isAtLeast } from "../../lib/roles.js";
import { AlertSensitivity, TrackerActMode } from "../../lib/vocabulary.js";
import { whomToAsk } from "../refusal.js";
import { progressText } from "../setup.js";
import { settingsScreen } from "./frame.js";

/** @import { Fields, FormValues, Model, ScreenContext, Workspace } from "../../types.js" */
/** @typedef {Model<"Settings">} Settings */

/** @param {ScreenContext} context */
export async function showSettings(context) {
  const { me, signal, reload, restart } = context;
  const [workspace, settings] = await Promise.all([
    get("/v1/workspace", {}, {}, signal),
    get("/v1/workspace/settings", {}, {}, signal),
  ]);
  return settingsScreen(
    context,
    isAtLeast(me, "admin") ? setupSection(workspace) : null,
    section(
      "Workspace",
      {},
      isAtLeast(me, "owner") ? workspaceForm(workspace, restart) : workspaceFacts(workspace),
    ),
    section(
      "Analysis, alerts and retention",
      {},
      isAtLeast(me, "admin")
        ? settingsForm(settings, reload)
        : [
            settingsFacts(settings),
            h("p", { class: "quiet" }, `Admins change these. ${whomToAsk(workspace)}`),
          ],
    ),
    me.kind === "user" ? leaveSection(workspace) : null,
  );
}

/**
 * Where the setup is, and the way to go on; null: it is finished.
 * @param {Workspace} options
 */
const setupSection = ({ onboarding }) =>
  onboarding.current_step === "done"
    ? null
    : section(
        "Setup",
        {},
        h("p", { class: "prose" }, `${progressText(onboarding)} – `, link("/setup", "go on with the setup")),
      );

const zones = () => Intl.supportedValuesOf?.("timeZone") ?? [];

/**
 * @param {Workspace} workspace
 * @param {() => void} restart
 */
function workspaceForm(workspace, restart) {
  /** @type {Fields} */
  const fields = [
    { name: "name", label: "Name", required: true, maxlength: 120, value: workspace.name },
    {
      name: "timezone",
      label: "Time zone",
      required: true,
      maxlength: 64,
      value: workspace.timezone,
      suggested: ["UTC", ...zones()],
      help: "Days, weekdays and hours everywhere are those of this zone.",
    },
    workspace.features.includes("sso")
      ? {
          name: "sso_enforced",
          label: "Require single sign-on",
          kind: "checkbox",
          value: workspace.sso_enforced,
          help: "Signing in with a password is then refused.",
        }
      : null,
  ];
  /** @param {FormValues} values */
  const send = (values) => patch("/v1/workspace", {}, values);
  return form({
    id: "workspace",
    fields,
    verb: "Save",
    send,
    done: "The workspace is saved.",
    onDone: restart,
  });
}

/** @param {Workspace} workspace */
const workspaceFacts = (workspace) =>
  facts([
    ["Name", workspace.name],
    ["Time zone", workspace.timezone],
    ["Single sign-on", workspace.sso_enforced ? "required" : "not required"],
  ]);

/**
 * @param {Settings} settings
 * @param {() => void} reload
 */
function settingsForm(settings, reload) {
  /**
   * @param {keyof Settings} name
   * @param {string} label
   * @param {string} help
   * @param {{ min?: number, max?: number }} [limits]
   */
  const days = (name, label, help, limits = {}) => ({
    ...{ name, label, help, kind: "number", required: true, min: 1, max: 36500, value: settings[name] },
    ...limits,
  });
  /**
   * @param {keyof Settings} name
   * @param {string} label
   * @param {string} help
   */
  const share = (name, label, help) => percentField(name, label, Number(settings[name]), help);
  /** @type {Fields} */
  const fields = [
    {
      name: "ai_auto_link",
      label: "Put new issues into patterns automatically",
      kind: "checkbox",
      value: settings.ai_auto_link,
    },
    share("ai_confidence_threshold", "Confidence that an automatic link needs", "In percent."),
    days(
      "proof_window_days",
      "Proof window in days",
      "Days without a recurrence that prove a fix: 7 to 365.",
      { min: 7, max: 365 },
    ),
    share(
      "alert_probability_threshold",
      "Probability that counts as likely",
      "In percent; also the default of alert rules.",
    ),
    {
      name: "alert_sensitivity",
      label: "Sensitivity of alerts",
      kind: "select",
      value: settings.alert_sensitivity,
      options: choicesOf(AlertSensitivity),
    },
    days("issues_days", "Days to keep issues", "Older issues are deleted."),
    days("predictions_days", "Days to keep predictions", "Older predictions are deleted."),
    days("audit_days", "Days to keep the audit log", "At least 365.", { min: 365 }),
    {
      name: "loop_cost",
      label: "Cost of one recurrence",
      kind: "number",
      min: 0,
      step: "any",
      value: settings.loop_cost,
    },
    {
      name: "comment_mode",
      label: "Comments on recurrences in GitHub and Jira",
      help: "Live once those in shadow were right often enough: see Comments in trackers.",
      kind: "select",
      value: settings.comment_mode,
      options: choicesOf(TrackerActMode),
    },
    {
      name: "close_mode",
      label: "Closing issues there whose fix held",
      kind: "select",
      value: settings.close_mode,
      options: choicesOf(TrackerActMode),
    },
  ];
  /** @param {FormValues} values */
  const send = (values) => patch("/v1/workspace/settings", {}, { loop_cost: null, ...values });
  return form({
    id: "settings",
    fields,
    verb: "Save",
    send,
    done: "The settings are saved.",
    onDone: reload,
  });
}

/**
 * The same, for who may only read it.
 * @param {Settings} settings
 */
const settingsFacts = (settings) =>
  facts([
    ["Puts new issues into patterns automatically", settings.ai_auto_link ? "Yes" : "No"],
    ["Confidence that an automatic link needs", percent(settings.ai_confidence_threshold)],
    ["Proof window", pluralize(settings.proof_window_days, "day")],
    ["Probability that counts as likely", percent(settings.alert_probability_threshold)],
    ["Sensitivity of alerts", AlertSensitivity.labels[settings.alert_sensitivity]],
    ["Issues are kept for", pluralize(settings.issues_days, "day")],
    ["Predictions are kept for", pluralize(settings.predictions_days, "day")],
    ["The audit log is kept for", pluralize(settings.audit_days, "day")],
    ["Cost of one recurrence", settings.loop_cost === null ? null : number(settings.loop_cost)],
  ]);

/** @param {Workspace} workspace */
function leaveSection(workspace) {
  const leaveWorkspace = () => post("/v1/members/leave", {}, {}).then(() => location.reload());
  const question = `You will no longer see ${workspace.name}. Only an admin can let you in again.`;
  return section(
    "Leave this workspace",
    {},
    h("p", { class: "prose" }, "Your notes and corrections stay. The last owner cannot leave."),
    h(
      "p",
      { class: "more" },
      confirmButton("Leave", question, "Leave the workspace", leaveWorkspace, { done: "You have left." }),
    ),
  );
}
