// The screens of the dashboard, one row each: tabs, navigation, keys and the palette all follow from this table.

import { isAtLeast } from "./lib/roles.js";
import { showAlertRules } from "./screens/alerts/alert_rules.js";
import { showChanges } from "./screens/changes.js";
import { showClusters } from "./screens/clusters/clusters.js";
import { showConnector } from "./screens/connectors/connector.js";
import { showConnectors } from "./screens/connectors/connectors.js";
import { showNewConnector } from "./screens/connectors/new_connector.js";
import { showOwnTypes } from "./screens/connectors/own_types.js";
import { showIssue } from "./screens/issues/issue.js";
import { showIssues } from "./screens/issues/issues.js";
import { showOverview } from "./screens/overview.js";
import { showOwners } from "./screens/owners/owners.js";
import { showPattern } from "./screens/patterns/pattern.js";
import { showPatterns } from "./screens/patterns/patterns.js";
import { showPostmortem } from "./screens/postmortems/postmortem.js";
import { showPostmortems } from "./screens/postmortems/postmortems.js";
import { showPrediction } from "./screens/predictions/prediction.js";
import { showPredictions } from "./screens/predictions/predictions.js";
import { showRecommendation } from "./screens/recommendations/recommendation.js";
import { showRecommendations } from "./screens/recommendations/recommendations.js";
import { showSeenBefore } from "./screens/seen_before/seen_before.js";
import { showServices } from "./screens/services/overview.js";
import { showAccount } from "./screens/settings/account.js";
import { showAudit } from "./screens/settings/audit.js";
import { showDirectory } from "./screens/settings/directory.js";
import { showExport } from "./screens/settings/export.js";
import { showKeys } from "./screens/settings/keys.js";
import { showMembers } from "./screens/settings/members.js";
import { showOrganization } from "./screens/settings/organization.js";
import { showSlack } from "./screens/settings/slack.js";
import { showTrackerActs } from "./screens/settings/tracker_acts.js";
import { showSettings } from "./screens/settings/workspace.js";
import { showSetup } from "./screens/setup.js";
import { showUpload } from "./screens/uploads/upload.js";
import { showUploads } from "./screens/uploads/uploads.js";
import { showReport } from "./screens/weekly_report.js";

/** @import { Reader, Screen } from "./types.js" */

/**
 * In the order of the tabs. `:id` in a path is an id, `parent` the path whose tab is marked meanwhile. A `tab` stands
 * in the bar, or under “More” in it, a `setting` in the navigation of the settings (by another name, if it is a text), and `key` is pressed
 * after `g`. Who has a lower `role`, or a plan without the `feature`, is not offered the screen.
 * @type {Screen[]}
 */
export const SCREENS = [
  { path: "/", show: showOverview, title: "Overview", tab: true, key: "o" },
  { path: "/report", show: showReport, title: "Weekly report", tab: "more" },
  { path: "/patterns", show: showPatterns, title: "Patterns", tab: true, key: "p" },
  { path: "/patterns/:id", show: showPattern, title: "Pattern", parent: "/patterns" },
  {
    path: "/recommendations",
    show: showRecommendations,
    title: "Recommendations",
    short: "To fix",
    tab: true,
    key: "r",
  },
  {
    path: "/recommendations/:id",
    show: showRecommendation,
    title: "Recommendation",
    parent: "/recommendations",
  },
  { path: "/postmortems", show: showPostmortems, title: "Post-mortems", parent: "/recommendations" },
  { path: "/postmortems/:id", show: showPostmortem, title: "Post-mortem", parent: "/recommendations" },
  { path: "/predictions", show: showPredictions, title: "Predictions", tab: true, key: "d" },
  { path: "/predictions/:id", show: showPrediction, title: "Prediction", parent: "/predictions" },
  { path: "/clusters", show: showClusters, title: "Clusters", tab: "more", key: "c", feature: "clusters" },
  { path: "/issues", show: showIssues, title: "Issues", tab: true, key: "i" },
  { path: "/services", show: showServices, title: "Services", tab: "more" },
  { path: "/issues/:id", show: showIssue, title: "Issue", parent: "/issues" },
  { path: "/changes", show: showChanges, title: "Changes", tab: "more" },
  { path: "/seen-before", show: showSeenBefore, title: "Seen before?", tab: "more", key: "s" },
  { path: "/connectors", show: showConnectors, title: "Connectors", tab: "more", role: "analyst" },
  {
    path: "/connectors/new",
    show: showNewConnector,
    title: "New connector",
    parent: "/connectors",
    role: "analyst",
  },
  {
    path: "/connectors/own",
    show: showOwnTypes,
    title: "Connectors of your own",
    parent: "/connectors",
    role: "analyst",
  },
  { path: "/uploads", show: showUploads, title: "Upload a file", parent: "/connectors", role: "analyst" },
  { path: "/uploads/:id", show: showUpload, title: "Upload", parent: "/connectors", role: "analyst" },
  {
    path: "/connectors/:id",
    show: showConnector,
    title: "Connector",
    parent: "/connectors",
    role: "analyst",
  },
  { path: "/alerts", show: showAlertRules, title: "Alerts", tab: "more", role: "analyst" },
  { path: "/settings", show: showSettings, title: "Settings", tab: "more", setting: "Workspace" },
  {
    path: "/settings/members",
    show: showMembers,
    title: "Members",
    setting: true,
    parent: "/settings",
    role: "admin",
  },
  {
    path: "/settings/keys",
    show: showKeys,
    title: "Keys",
    setting: true,
    parent: "/settings",
    role: "admin",
  },
  {
    path: "/settings/directory",
    show: showDirectory,
    title: "Directory",
    setting: true,
    parent: "/settings",
    role: "owner",
  },
  {
    path: "/settings/organization",
    show: showOrganization,
    title: "Organization and workspaces",
    setting: true,
    parent: "/settings",
  },
  { path: "/settings/owners", show: showOwners, title: "Owners", setting: true, parent: "/settings" },
  {
    path: "/settings/export",
    show: showExport,
    title: "Export",
    setting: true,
    parent: "/settings",
    role: "admin",
  },
  {
    path: "/settings/tracker-acts",
    show: showTrackerActs,
    title: "Comments in trackers",
    setting: true,
    parent: "/settings",
  },
  { path: "/settings/slack", show: showSlack, title: "Slack", setting: true, parent: "/settings" },
  {
    path: "/settings/audit",
    show: showAudit,
    title: "Audit log",
    setting: true,
    parent: "/settings",
    role: "admin",
  },
  { path: "/settings/account", show: showAccount, title: "Your account", setting: true, parent: "/settings" },
  { path: "/setup", show: showSetup, title: "Setup", parent: "/settings", role: "admin" },
];

const ID = "([0-9a-f-]{36})";

/**
 * The screen at an address and the id in it; null: there is none.
 * @param {string} path
 */
export function findScreen(path) {
  for (const screen of SCREENS) {
    const match = new RegExp(`^${screen.path.replace(":id", ID)}$`).exec(path);
    if (match) return { screen, id: match[1] ?? "" };
  }
  return null;
}

/**
 * Whether a person is offered a screen.
 * @param {Screen} options
 * @param {Reader} options
 */
export const isOffered = ({ role = "viewer", feature }, { me, workspace }) =>
  isAtLeast(me, role) && (!feature || workspace.features.includes(feature));

/**
 * The screens that a person can go to by name, the tabs first.
 * @param {Reader} reader
 */
export function listDestinations(reader) {
  const screens = SCREENS.filter((screen) => !screen.path.includes(":id") && isOffered(screen, reader));
  return [...screens.filter((screen) => screen.tab), ...screens.filter((screen) => !screen.tab)];
}
