"""Lacework (FortiCNAPP) alerts: polled by start time, pushed by its webhook channel."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Instant, Literal, Text, TimeFormat
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("alertId"), Has("alertName"))),
    title="alertName",
    body=("alertInfo.description", "alertInfo.subject"),
    severity="severity",
    status="status",
    service=("alertInfo.subject", "derivedFields.source"),
    error_type=("alertType", "derivedFields.sub_category", "derivedFields.category"),
    external_url=Text(
        "https://{config.account}.lacework.net/ui/investigation/monitor/AlertInbox/{alertId}/details"
    ),
    source_created_at="startTime",
    resolved_at=("lastUserUpdatedTime", "endTime"),
    attributes={
        "category": "derivedFields.category",
        "source": "derivedFields.source",
        "policy": "policyId",
        "reachability": "reachability",
    },
)
PUSHED_ALERT = IssueMapping(
    name="event of the webhook channel",
    identifies=Identifies.EVENT,
    when=Every((Has("event_id"), Has("event_title"))),
    title=("event_title", "event_description"),
    body="event_description",
    severity="event_severity",
    status=Literal("open"),
    service=("event_source", "lacework_account"),
    error_type="event_type",
    external_url="event_link",
    source_created_at=("event_timestamp", Instant("event_timestamp", TimeFormat.MAIL)),
    attributes={"account": "lacework_account", "recommendation": "rec_id"},
)

CONNECTOR = spec.Connector(
    name="lacework",
    title="Lacework FortiCNAPP",
    category=spec.Category.SECURITY,
    docs_url="https://docs.fortinet.com/document/forticnapp/latest/api-reference",
    plan="growth",
    base_url="https://{account}.lacework.net",
    credentials=(
        spec.Field("key_id", "API key ID"),
        spec.Field("secret_key", "API secret key"),
    ),
    config=(spec.Field("account", "Account", help="acme for acme.lacework.net", pattern=spec.HOST_LABELS),),
    auth=spec.OAuth2(
        token_url="/api/v2/access/tokens",
        grant="none",
        client_id=None,
        client_secret=None,
        parameters=(("keyId", "{key_id}"),),
        encoding="json",
        headers=(("X-LW-UAKS", "{secret_key}"),),
        token_path="token",
        lifetime=3000,
    ),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/api/v2/Alerts",
            records="data",
            pages=spec.NextUrlPages(url="paging.urls.nextPage"),
            schema=spec.RecordSchema(
                key="alertId", updated_at=("lastUserUpdatedTime", "endTime", "startTime")
            ),
            since=spec.Since(
                field="startTime", param="startTime", until_param="endTime", window=timedelta(days=7)
            ),
            refresh=spec.Refresh(path="/api/v2/Alerts/{id}?scope=Details", record="data"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event_id"),
                schema=spec.RecordSchema(key="event_id", updated_at=(), kind="event"),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alertId"),
                schema=spec.RecordSchema(key="alertId", updated_at=("lastUserUpdatedTime", "startTime")),
            ),
        ),
        setup="Settings › Alert channels › Webhook: this address; then an alert rule that uses it.",
    ),
    issues=(ALERT, PUSHED_ALERT),
)
