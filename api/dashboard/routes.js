// The screens by address, and the tabs that lead to them.

import { showAlertRules } from "./screens/alerts/alert_rules.js";
import { showChanges } from "./screens/changes.js";
import { showClusters } from "./screens/clusters.js";
import { showConnector } from "./screens/connectors/connector.js";
import { showConnectors } from "./screens/connectors/connectors.js";
import { showNewConnector } from "./screens/connectors/new_connector.js";
import { showOwnTypes } from "./screens/connectors/own_types.js";
import { showIssue } from "./screens/issues/issue.js";
import { showIssues } from "./screens/issues/issues.js";
import { showOverview } from "./screens/overview.js";
import { showPattern } from "./screens/patterns/pattern.js";
import { showPatterns } from "./screens/patterns/patterns.js";
import { showPrediction } from "./screens/predictions/prediction.js";
import { showPredictions } from "./screens/predictions/predictions.js";
import { showRecommendation } from "./screens/recommendations/recommendation.js";
import { showRecommendations } from "./screens/recommendations/recommendations.js";
import { showAccount } from "./screens/settings/account.js";
import { showAudit } from "./screens/settings/audit.js";
import { showDirectory } from "./screens/settings/directory.js";
import { showExport } from "./screens/settings/export.js";
import { showKeys } from "./screens/settings/keys.js";
import { showMembers } from "./screens/settings/members.js";
import { showOrganization } from "./screens/settings/organization.js";
import { showSettings } from "./screens/settings/workspace.js";
import { showSetup } from "./screens/setup.js";
import { showReport } from "./screens/weekly_report.js";

const ID = "([0-9a-f-]{36})";
const at = (path) => new RegExp(`^${path}$`);

export const SCREENS = [
  { path: at("/"), show: showOverview, name: "Overview" },
  { path: at("/patterns"), show: showPatterns, name: "Patterns" },
  { path: at(`/patterns/${ID}`), show: showPattern, name: "Pattern", under: "/patterns" },
  { path: at("/predictions"), show: showPredictions, name: "Predictions" },
  { path: at(`/predictions/${ID}`), show: showPrediction, name: "Prediction", under: "/predictions" },
  { path: at("/recommendations"), show: showRecommendations, name: "Recommendations" },
  {
    path: at(`/recommendations/${ID}`),
    show: showRecommendation,
    name: "Recommendation",
    under: "/recommendations",
  },
  { path: at("/clusters"), show: showClusters, name: "Clusters" },
  { path: at("/issues"), show: showIssues, name: "Issues" },
  { path: at(`/issues/${ID}`), show: showIssue, name: "Issue", under: "/issues" },
  { path: at("/changes"), show: showChanges, name: "Changes" },
  { path: at("/connectors"), show: showConnectors, name: "Connectors" },
  { path: at("/connectors/new"), show: showNewConnector, name: "New connector", under: "/connectors" },
  { path: at("/connectors/own"), show: showOwnTypes, name: "Connectors of your own", under: "/connectors" },
  { path: at(`/connectors/${ID}`), show: showConnector, name: "Connector", under: "/connectors" },
  { path: at("/report"), show: showReport, name: "Weekly report", under: "/" },
  { path: at("/alerts"), show: showAlertRules, name: "Alerts" },
  { path: at("/setup"), show: showSetup, name: "Setup", under: "/settings" },
  { path: at("/settings"), show: showSettings, name: "Settings" },
  { path: at("/settings/members"), show: showMembers, name: "Members", under: "/settings" },
  { path: at("/settings/keys"), show: showKeys, name: "Keys", under: "/settings" },
  { path: at("/settings/directory"), show: showDirectory, name: "Directory", under: "/settings" },
  { path: at("/settings/organization"), show: showOrganization, name: "Organization", under: "/settings" },
  { path: at("/settings/export"), show: showExport, name: "Export", under: "/settings" },
  { path: at("/settings/audit"), show: showAudit, name: "Audit log", under: "/settings" },
  { path: at("/settings/account"), show: showAccount, name: "Account", under: "/settings" },
];

export const TABS = [
  { path: "/", name: "Overview" },
  { path: "/patterns", name: "Patterns" },
  { path: "/recommendations", name: "Recommendations" },
  { path: "/predictions", name: "Predictions" },
  { path: "/clusters", name: "Clusters", feature: "clusters" },
  { path: "/issues", name: "Issues" },
  { path: "/changes", name: "Changes" },
  { path: "/connectors", name: "Connectors", role: "analyst" },
  { path: "/alerts", name: "Alerts", role: "analyst" },
  { path: "/settings", name: "Settings" },
];

/** Where the palette leads: the tabs first, then what stands below them. */
export const DESTINATIONS = [
  ...TABS,
  { path: "/report", name: "Weekly report" },
  { path: "/settings/members", name: "Members" },
  { path: "/settings/keys", name: "Keys" },
  { path: "/settings/organization", name: "Organization and workspaces" },
  { path: "/settings/export", name: "Export" },
  { path: "/settings/audit", name: "Audit log" },
  { path: "/settings/account", name: "Your account" },
];
