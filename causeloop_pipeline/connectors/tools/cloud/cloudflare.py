"""Cloudflare notifications: their history, and webhooks; the audit log's edits; and events of Logpush."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Join,
    Literal,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import Identifies

TEST_MESSAGE = (
    "Hello World! This is a test message sent from https://cloudflare.com. "
    "If you can see this, your webhook is configured properly."
)
NOTIFICATION = IssueMapping(
    name="webhook",
    identifies=Identifies.EVENT,
    when=Every((Has("text"), Some((Has("alert_type"), Has("name"))))),
    title=("name", "alert_type"),
    body=Different("text", than="name"),
    severity=("data.severity", "severity", "data.impact", "data.incident_impact"),
    status=(
        "alert_event",
        "data.alert_event",
        "data.status",
        "data.new_health",
        "data.new_status",
        "data.incident_status",
    ),
    service=(
        "data.zone_name",
        "data.zones.0.name",
        "data.unreachable_zones.0.zone_name",
        "data.pool_name",
        "data.name",
        "data.project_name",
        "data.tunnel_name",
        "data.hostname",
        "data.target_hostname",
        "data.target_zone_name",
        "data.affected_components.0.name",
    ),
    environment="data.environment",
    error_type="alert_type",
    external_url=("data.link", "data.dashboard_link", "data.dashboard_url", "data.incident_url"),
    source_created_at=Instant("ts", TimeFormat.EPOCH_SECONDS),
    resolved_at=Instant("ts", TimeFormat.EPOCH_SECONDS),
    attributes={"account": "account_id", "policy": ("policy_id", "policy_name")},
)
HISTORY = IssueMapping(
    name="history",
    identifies=Identifies.EVENT,
    when=Every((Has("sent"), Has("alert_type"))),
    title=("name", "alert_type"),
    body=Different(("alert_body", "description"), than="name"),
    status=("alert_body.alert_event", "alert_body.data.status"),
    service=("alert_body.data.zone_name", "alert_body.data.pool_name", "alert_body.data.name"),
    error_type="alert_type",
    source_created_at="sent",
    resolved_at="sent",
    attributes={"policy": "policy_id", "mechanism": "mechanism_type"},
)
FIREWALL = IssueMapping(
    name="firewall event",
    identifies=Identifies.EVENT,
    when=Every((Has("RayID"), Has("Action"), Has("ClientIP"))),
    title=(
        Text("Firewall {Action}: {ClientRequestMethod} {ClientRequestHost}{ClientRequestPath}"),
        Text("Firewall {Action}: {ClientIP}"),
    ),
    body=("Description", "ClientRequestUserAgent"),
    service="ClientRequestHost",
    error_type=("Source", "Kind"),
    source_created_at=(
        Instant("Datetime"),
        Instant("Datetime", TimeFormat.EPOCH_NANOSECONDS),
    ),
    attributes={
        "rule": "RuleID",
        "address": "ClientIP",
        "country": "ClientCountry",
        "status": "EdgeResponseStatus",
    },
)
AUDIT = ChangeMapping(
    name="entry of the audit log",
    when=Has("action.type"),
    change_kind=Literal("config_change"),
    title=Join(
        (
            (
                "action.description",
                Join(("action.type", ("resource.type", "resource.product"), "metadata.name")),
            ),
            ("zone.name", "metadata.zone_name"),
        ),
        " · ",
    ),
    service=("zone.name", "metadata.zone_name", "resource.product"),
    changed_at=("action.time", "when"),
)
LOGPUSH_AUDIT = ChangeMapping(
    name="entry of the audit log by Logpush",
    when=Has("ActionType"),
    change_kind=Literal("config_change"),
    title=Join(
        (("ActionDescription", Join(("ActionType", ("ResourceType", "ResourceProduct")))), "ZoneName"),
        " · ",
    ),
    service=("ZoneName", "ResourceProduct"),
    changed_at=(
        Instant("ActionTimestamp"),
        Instant("When"),
        Instant(("ActionTimestamp", "When"), TimeFormat.EPOCH_NANOSECONDS),
    ),
)
SUCCEEDED = frozenset({"true", "success", "succeeded"})
NO_EDITS = frozenset({"view", "read", "list", "login", "logout", "login_failed"})


def is_edit(entry: spec.Record) -> bool:
    """Whether an entry of the audit log changed something, of either version or as Logpush writes it."""
    action = entry.get("action")
    words = action if isinstance(action, dict) else {}
    result = words.get("result", entry.get("ActionResult", "success"))
    kind = words.get("type", entry.get("ActionType", ""))
    return str(result).lower() in SUCCEEDED and str(kind).lower() not in NO_EDITS


def receive_event(path: str, key: str) -> spec.WebhookEvent:
    """A notification that is identified by the value at a key."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path=path),
        schema=spec.RecordSchema(
            key=key, updated_at=("ts",), times=spec.TimeFormat.EPOCH_SECONDS, kind="notification"
        ),
    )


CONNECTOR = spec.Connector(
    name="cloudflare",
    title="Cloudflare Notifications",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://developers.cloudflare.com/api/resources/alerting/subresources/history/methods/list/",
    plan="free",
    base_url="https://api.cloudflare.com/client/v4",
    site=("account",),
    credentials=(
        spec.Field(
            "token",
            "API token",
            help="With the permissions Notifications Read and, for changes, Account Settings Read.",
        ),
    ),
    config=(spec.Field("account", "Account ID", pattern=r"[0-9a-f]{32}"),),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="history",
            path="/accounts/{account}/alerting/v3/history",
            records="result",
            pages=spec.NumberedPages(size=1000),
            schema=spec.RecordSchema(updated_at=("sent",), embedded=("alert_body",)),
            since=spec.Since(field="sent", param="since", until_param="before", overlap=timedelta(hours=1)),
        ),
        spec.Pull(
            name="audit_log",
            path="/accounts/{account}/logs/audit",
            params=(("direction", "asc"),),
            records="result",
            pages=spec.TokenPages(
                next_path="result_info.cursor", param="cursor", size=1000, size_param="limit"
            ),
            schema=spec.RecordSchema(
                key="audit/{id}", updated_at=("action.time",), kind="change", keep=is_edit
            ),
            since=spec.Since(
                field="action.time",
                param="since",
                until_param="before",
                overlap=timedelta(hours=1),
            ),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("cf-webhook-auth"), spec.SharedSecret("x-causeloop-token")),
        ignore=(spec.Condition(path="text", values=frozenset({TEST_MESSAGE})),),
        events=(
            receive_event("alert_correlation_id", "alert_correlation_id"),
            receive_event("data.incident_id", "data.incident_id"),
            receive_event("policy_id", "{policy_id}/{ts}"),
            receive_event("ts", "{alert_type}/{ts}"),
            receive_event("text", "{text}"),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="RayID"),
                schema=spec.RecordSchema(key="RayID", updated_at=(), kind="firewall"),
            ),
            *(
                spec.WebhookEvent(
                    record="",
                    when=spec.Condition(path=path),
                    schema=spec.RecordSchema(
                        key=f"audit/{{{key}}}", updated_at=(), kind="change", keep=is_edit
                    ),
                )
                for path, key in (("action.type", "id"), ("AuditLogID", "AuditLogID"), ("ActionType", "ID"))
            ),
        ),
        setup="Notifications › Destinations › Webhooks: the address and the secret.",
    ),
    issues=(NOTIFICATION, HISTORY, FIREWALL),
    changes=(AUDIT, LOGPUSH_AUDIT),
)
