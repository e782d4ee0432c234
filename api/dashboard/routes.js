// The screens of the dashboard, one row each: tabs, navigation, keys and the palette all follow from this table.

import { isAtLeast } from "./lib/roles.js";
import {
  loadAccount,
  loadAlertRules,
  loadAudit,
  loadChanges,
  loadClusters,
  loadConnector,
  loadConnectors,
  loadDirectory,
  loadExport,
  loadIssue,
  loadIssues,
  loadKeys,
  loadMembers,
  loadNewConnector,
  loadOrganization,
  loadOverview,
  loadOwners,
  loadOwnTypes,
  loadPattern,
  loadPatterns,
  loadPostmortem,
  loadPostmortems,
  loadPrediction,
  loadPredictions,
  loadRecommendation,
  loadRecommendations,
  loadReport,
  loadSeenBefore,
  loadServices,
  loadSettings,
  loadSetup,
  loadSlack,
  loadTeams,
  loadTrackerActs,
  loadUpload,
  loadUploads,
} from "./screen_scripts.js";

/** @import { Reader, Screen } from "./types.js" */

/**
 * In the order of the tabs. `:id` in a path is an id, `parent` the path whose tab is marked meanwhile. A `tab` stands
 * in the bar, or under “More” in it, a `setting` in the navigation of the settings (by another name, if it is a text), and `key` is pressed
 * after `g`. Who has a lower `role`, or a plan without the `feature`, is not offered the screen.
 * @type {Screen[]}
 */
export const SCREENS = [
  { path: "/", load: loadOverview, title: "Overview", tab: true, key: "o" },
  { path: "/report", load: loadReport, title: "Weekly report", tab: "more" },
  { path: "/patterns", load: loadPatterns, title: "Patterns", tab: true, key: "p" },
  { path: "/patterns/:id", load: loadPattern, title: "Pattern", parent: "/patterns" },
  {
    path: "/recommendations",
    load: loadRecommendations,
    title: "Recommendations",
    short: "To fix",
    tab: true,
    key: "r",
  },
  {
    path: "/recommendations/:id",
    load: loadRecommendation,
    title: "Recommendation",
    parent: "/recommendations",
  },
  { path: "/postmortems", load: loadPostmortems, title: "Post-mortems", parent: "/recommendations" },
  { path: "/postmortems/:id", load: loadPostmortem, title: "Post-mortem", parent: "/recommendations" },
  { path: "/predictions", load: loadPredictions, title: "Predictions", tab: true, key: "d" },
  { path: "/predictions/:id", load: loadPrediction, title: "Prediction", parent: "/predictions" },
  { path: "/clusters", load: loadClusters, title: "Clusters", tab: "more", key: "c", feature: "clusters" },
  { path: "/issues", load: loadIssues, title: "Issues", tab: true, key: "i" },
  { path: "/services", load: loadServices, title: "Services", tab: "more" },
  { path: "/teams", load: loadTeams, title: "Teams", tab: "more" },
  { path: "/issues/:id", load: loadIssue, title: "Issue", parent: "/issues" },
  { path: "/changes", load: loadChanges, title: "Changes", tab: "more" },
  { path: "/seen-before", load: loadSeenBefore, title: "Seen before?", tab: "more", key: "s" },
  { path: "/connectors", load: loadConnectors, title: "Connectors", tab: "more", role: "analyst" },
  {
    path: "/connectors/new",
    load: loadNewConnector,
    title: "New connector",
    parent: "/connectors",
    role: "analyst",
  },
  {
    path: "/connectors/own",
    load: loadOwnTypes,
    title: "Connectors of your own",
    parent: "/connectors",
    role: "analyst",
  },
  { path: "/uploads", load: loadUploads, title: "Upload a file", parent: "/connectors", role: "analyst" },
  { path: "/uploads/:id", load: loadUpload, title: "Upload", parent: "/connectors", role: "analyst" },
  {
    path: "/connectors/:id",
    load: loadConnector,
    title: "Connector",
    parent: "/connectors",
    role: "analyst",
  },
  { path: "/alerts", load: loadAlertRules, title: "Alerts", tab: "more", role: "analyst" },
  { path: "/settings", load: loadSettings, title: "Settings", tab: "more", setting: "Workspace" },
  {
    path: "/settings/members",
    load: loadMembers,
    title: "Members",
    setting: true,
    parent: "/settings",
    role: "admin",
  },
  {
    path: "/settings/keys",
    load: loadKeys,
    title: "Keys",
    setting: true,
    parent: "/settings",
    role: "admin",
  },
  {
    path: "/settings/directory",
    load: loadDirectory,
    title: "Directory",
    setting: true,
    parent: "/settings",
    role: "owner",
  },
  {
    path: "/settings/organization",
    load: loadOrganization,
    title: "Organization and workspaces",
    setting: true,
    parent: "/settings",
  },
  { path: "/settings/owners", load: loadOwners, title: "Owners", setting: true, parent: "/settings" },
  {
    path: "/settings/export",
    load: loadExport,
    title: "Export",
    setting: true,
    parent: "/settings",
    role: "admin",
  },
  {
    path: "/settings/tracker-acts",
    load: loadTrackerActs,
    title: "Comments in trackers",
    setting: true,
    parent: "/settings",
  },
  { path: "/settings/slack", load: loadSlack, title: "Slack", setting: true, parent: "/settings" },
  {
    path: "/settings/audit",
    load: loadAudit,
    title: "Audit log",
    setting: true,
    parent: "/settings",
    role: "admin",
  },
  { path: "/settings/account", load: loadAccount, title: "Your account", setting: true, parent: "/settings" },
  { path: "/setup", load: loadSetup, title: "Setup", parent: "/settings", role: "admin" },
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
