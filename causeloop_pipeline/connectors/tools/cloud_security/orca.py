"""Orca Security alerts: queried, pushed, or as log exports hold them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Band, Every, Has, Some
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

SCORE_BANDS = ((9, "critical"), (7, "high"), (4, "medium"), (0, "low"))

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("state.alert_id"), Some((Has("type_string"), Has("description"), Has("type"))))),
    title=("data.title", "type_string", "description", "type"),
    body=("details", "description", "data.details"),
    severity=("state.risk_level", "state.severity", Band("state.orca_score", SCORE_BANDS)),
    status="state.status",
    service=("asset_name", "group_name", "asset_unique_id"),
    team=("account_name", "organization_name"),
    environment=("cloud_vendor_id", "cluster_name"),
    error_type=("rule_id", "category", "type"),
    external_url=("alert_link", "data.alert_link"),
    source_created_at=("state.created_at", "state.last_updated"),
    resolved_at=("state.closed_time", "state.status_time", "state.last_updated"),
    attributes={
        "category": "category",
        "score": "state.orca_score",
        "cloud": "cloud_provider",
        "labels": "alert_labels",
        "recommendation": "recommendation",
    },
)
QUERIED_ALERT = IssueMapping(
    name="alert of the query API",
    identifies=Identifies.EVENT,
    when=Has("data.AlertId.value"),
    title=("data.Title.value", "data.AlertType.value", "name"),
    body=("data.Details.value", "data.Description.value"),
    severity=("data.RiskLevel.value", "data.Severity.value", Band("data.OrcaScore.value", SCORE_BANDS)),
    status="data.Status.value",
    service=("data.Inventory.data.Name.value", "data.Inventory.name", "asset_unique_id"),
    team=("data.CloudAccount.name", "data.CloudAccount.data.Name.value"),
    error_type=("data.RuleId.value", "data.Category.value", "data.AlertType.value"),
    external_url="data.AlertLink.value",
    source_created_at="data.CreatedAt.value",
    resolved_at=("data.ClosedTime.value", "data.LastUpdated.value"),
)
FLAT_ALERT = IssueMapping(
    name="alert of the flat query API",
    identifies=Identifies.EVENT,
    when=Every((Has("AlertId"), Some((Has("Title"), Has("AlertType"))))),
    title=("Title", "AlertType"),
    body=("Details", "Description"),
    severity=("RiskLevel", "Severity", Band("OrcaScore", SCORE_BANDS)),
    status="Status",
    service=("Inventory.Name", "AssetName"),
    team=("CloudAccount.Name", "AccountName"),
    error_type=("RuleId", "Category", "AlertType"),
    source_created_at="CreatedAt",
    resolved_at=("ClosedTime", "LastUpdated"),
)
VULNERABILITY = IssueMapping(
    name="vulnerability",
    identifies=Identifies.EVENT,
    when=Every((Has("CveId"), Has("CvssSeverity"))),
    title=("Name", "CveId"),
    body="CvssVector",
    severity=("CvssSeverity", Band("CvssScore", SCORE_BANDS)),
    service=("Inventory.Name", "InstalledPackage.Name"),
    environment="Inventory.CloudAccount.Name",
    error_type="CveId",
    external_url="SourceLink",
    source_created_at=("FirstSeen", "Inventory.FirstSeen"),
    attributes={"exploit": "HasExploit", "package": "InstalledPackage.Name", "patch": "PatchAvailable"},
)

ALERT_SCHEMA = spec.RecordSchema(key="state.alert_id", updated_at=("state.last_updated", "state.created_at"))

CONNECTOR = spec.Connector(
    name="orca",
    title="Orca Security",
    category=spec.Category.SECURITY,
    docs_url="https://docs.orcasecurity.io/docs/orca-api",
    plan="growth",
    base_url="https://api.orcasecurity.io",
    credentials=(spec.Field("token", "API token", help="With the permission View alerts."),),
    auth=spec.Headers((("Authorization", "Token {token}"),)),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/query/alerts",
            records="data",
            pages=spec.TokenPages(
                next_path="next_page_token", param="next_page_token", size=1000, size_param="limit"
            ),
            schema=ALERT_SCHEMA,
            since=spec.Since(field="state.last_updated"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="state.alert_id"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(
                record="data", when=spec.Condition(path="data.state.alert_id"), schema=ALERT_SCHEMA
            ),
            spec.WebhookEvent(
                record="data",
                when=spec.Condition(path="data.0.data.AlertId"),
                schema=spec.RecordSchema(key="data.AlertId.value", updated_at=("data.LastUpdated.value",)),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="data.AlertId"),
                schema=spec.RecordSchema(key="data.AlertId.value", updated_at=("data.LastUpdated.value",)),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="AlertId"),
                schema=spec.RecordSchema(key="AlertId", updated_at=("LastUpdated", "CreatedAt")),
            ),
            spec.WebhookEvent(
                record="results",
                schema=spec.RecordSchema(key="{CveId}/{base_id_uuid}", updated_at=(), kind="vulnerability"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="CveId"),
                schema=spec.RecordSchema(key="{CveId}/{base_id_uuid}", updated_at=(), kind="vulnerability"),
            ),
        ),
        setup="Settings › Integrations › Webhook, header x-causeloop-token with the secret; then an "
        "automation that sends alerts to it.",
    ),
    issues=(ALERT, QUERIED_ALERT, FLAT_ALERT, VULNERABILITY),
)
