"""Sophos Central alerts: polled by the time they were raised."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Band, Every, Has, Instant, Some, TimeFormat
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

SEVERITY_BANDS = ((8, "critical"), (6, "high"), (4, "medium"), (0, "low"))

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("raisedAt"), Some((Has("description"), Has("type"))))),
    title=("description", "type"),
    severity="severity",
    status="status",
    service=("managedAgent.name", "product"),
    team=("person.name", "tenant.name"),
    error_type=("type", "category"),
    source_created_at="raisedAt",
    attributes={"category": "category", "product": "product", "allowed_actions": "allowedActions"},
)
DETECTION = IssueMapping(
    name="detection",
    identifies=Identifies.EVENT,
    when=Every((Has("detectionRule"), Has("sensorGeneratedAt"))),
    title=("detectionDescription", "detectionRule"),
    severity=Band("severity", SEVERITY_BANDS),
    service=("device.entity", "sensor.source"),
    error_type=("attackType", "detectionAttack", "mitreAttacks.0.tactic.name"),
    source_created_at="sensorGeneratedAt",
)
CASE = IssueMapping(
    name="case",
    identifies=Identifies.EVENT,
    when=Every((Has("initialDetection"), Has("createdAt"), Has("name"))),
    title="name",
    body="overview",
    severity="severity",
    status="status",
    team="assignee.name",
    error_type="type",
    source_created_at="createdAt",
    resolved_at="updatedAt",
)
FORMER_ALERT = IssueMapping(
    name="alert or event of the SIEM API",
    identifies=Identifies.EVENT,
    when=Every((Has("customer_id"), Some((Has("when"), Has("created_at"))))),
    title=("description", "name", "threat", "type"),
    severity="severity",
    service=("location", "data.endpoint_id", "source"),
    team="source",
    error_type=("threat", "type"),
    source_created_at=("when", "created_at", Instant("created_at", TimeFormat.EPOCH_MILLISECONDS)),
)

ALERT_SCHEMA = spec.RecordSchema(updated_at=("raisedAt",))

CONNECTOR = spec.Connector(
    name="sophos",
    title="Sophos Central",
    category=spec.Category.SECURITY,
    docs_url="https://developer.sophos.com/docs/common-v1/1/routes/alerts/get",
    plan="growth",
    base_url="https://api-{region}.central.sophos.com",
    site=("tenant_id",),
    credentials=(
        spec.Field(
            "client_id", "Client ID", help="Of API credentials with the role Service Principal ReadOnly."
        ),
        spec.Field("client_secret", "Client secret"),
    ),
    config=(
        spec.Field(
            "region", "Data region", help="As whoami/v1 names it, such as eu01.", pattern=r"[a-z]{2}\d\d"
        ),
        spec.Field("tenant_id", "Tenant ID", pattern=r"[0-9a-fA-F-]{36}"),
    ),
    auth=spec.OAuth2(token_url="https://id.sophos.com/api/v2/oauth2/token", scope="token"),
    headers=(("X-Tenant-ID", "{tenant_id}"),),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/common/v1/alerts",
            params=(("sort", "raisedAt:asc"),),
            records="items",
            pages=spec.TokenPages(
                next_path="pages.nextKey", param="pageFromKey", size=100, size_param="pageSize"
            ),
            schema=ALERT_SCHEMA,
            since=spec.Since(field="raisedAt", param="from", ascending=True),
        ),
        spec.Pull(
            name="cases",
            path="/cases/v1/cases",
            records="items",
            pages=spec.NumberedPages(size=50, size_param="pageSize", page_param="page"),
            schema=spec.RecordSchema(key="case/{id}", updated_at=("updatedAt", "createdAt"), kind="case"),
            since=spec.Since(field="updatedAt"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="raisedAt"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="detectionRule"),
                schema=spec.RecordSchema(
                    key="detection/{id}", updated_at=("sensorGeneratedAt",), kind="detection"
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="customer_id"),
                schema=spec.RecordSchema(updated_at=("when", "created_at"), kind="former_alert"),
            ),
        ),
        setup="A script that reads the SIEM API posts each alert, with the header x-causeloop-token "
        "holding the secret.",
    ),
    issues=(ALERT, DETECTION, CASE, FORMER_ALERT),
)
