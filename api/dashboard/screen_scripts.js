// The scripts of each screen, which a browser reads when the screen is opened, and not before.

export const loadAccount = async () => (await import("./screens/settings/account.js")).showAccount;
export const loadAlertRules = async () => (await import("./screens/alerts/alert_rules.js")).showAlertRules;
export const loadAudit = async () => (await import("./screens/settings/audit.js")).showAudit;
export const loadChanges = async () => (await import("./screens/changes.js")).showChanges;
export const loadClusters = async () => (await import("./screens/clusters/clusters.js")).showClusters;
export const loadConnector = async () => (await import("./screens/connectors/connector.js")).showConnector;
export const loadConnectors = async () => (await import("./screens/connectors/connectors.js")).showConnectors;
export const loadDirectory = async () => (await import("./screens/settings/directory.js")).showDirectory;
export const loadExport = async () => (await import("./screens/settings/export.js")).showExport;
export const loadIssue = async () => (await import("./screens/issues/issue.js")).showIssue;
export const loadIssues = async () => (await import("./screens/issues/issues.js")).showIssues;
export const loadKeys = async () => (await import("./screens/settings/keys.js")).showKeys;
export const loadMembers = async () => (await import("./screens/settings/members.js")).showMembers;
export const loadNewConnector = async () =>
  (await import("./screens/connectors/new_connector.js")).showNewConnector;
export const loadOrganization = async () =>
  (await import("./screens/settings/organization.js")).showOrganization;
export const loadOverview = async () => (await import("./screens/overview.js")).showOverview;
export const loadOwnTypes = async () => (await import("./screens/connectors/own_types.js")).showOwnTypes;
export const loadOwners = async () => (await import("./screens/owners/owners.js")).showOwners;
export const loadPattern = async () => (await import("./screens/patterns/pattern.js")).showPattern;
export const loadPatterns = async () => (await import("./screens/patterns/patterns.js")).showPatterns;
export const loadPostmortem = async () =>
  (await import("./screens/postmortems/postmortem.js")).showPostmortem;
export const loadPostmortems = async () =>
  (await import("./screens/postmortems/postmortems.js")).showPostmortems;
export const loadPrediction = async () =>
  (await import("./screens/predictions/prediction.js")).showPrediction;
export const loadPredictions = async () =>
  (await import("./screens/predictions/predictions.js")).showPredictions;
export const loadRecommendation = async () =>
  (await import("./screens/recommendations/recommendation.js")).showRecommendation;
export const loadRecommendations = async () =>
  (await import("./screens/recommendations/recommendations.js")).showRecommendations;
export const loadReport = async () => (await import("./screens/weekly_report.js")).showReport;
export const loadSeenBefore = async () =>
  (await import("./screens/seen_before/seen_before.js")).showSeenBefore;
export const loadServices = async () => (await import("./screens/services/overview.js")).showServices;
export const loadSettings = async () => (await import("./screens/settings/workspace.js")).showSettings;
export const loadSetup = async () => (await import("./screens/setup.js")).showSetup;
export const loadSlack = async () => (await import("./screens/settings/slack.js")).showSlack;
export const loadTeams = async () => (await import("./screens/services/by_team.js")).showTeams;
export const loadTrackerActs = async () =>
  (await import("./screens/settings/tracker_acts.js")).showTrackerActs;
export const loadUpload = async () => (await import("./screens/uploads/upload.js")).showUpload;
export const loadUploads = async () => (await import("./screens/uploads/uploads.js")).showUploads;
