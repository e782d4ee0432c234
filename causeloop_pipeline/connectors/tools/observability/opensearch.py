"""OpenSearch alerting: alerts of monitors, listed while they last; notification channels push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Join,
    Literal,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("monitor_id"), Has("trigger_name"), Has("state"))),
    title=Join(("monitor_name", "trigger_name"), ": "),
    body=("error_message", "alert_history.-1.message"),
    severity="severity",
    status="state",
    service=("agg_alert_content.bucket_keys", "monitor_name"),
    error_type="trigger_name",
    team=("monitor_user.backend_roles.0",),
    external_url=Text("{config.web_url}/app/alerting#/monitors/{monitor_id}"),
    source_created_at=Instant("start_time", MILLISECONDS),
    resolved_at=Instant(("end_time", "acknowledged_time"), MILLISECONDS),
    attributes={"monitor": "monitor_id", "trigger": "trigger_id"},
)
NOTIFICATION = IssueMapping(
    name="notification",
    identifies=Identifies.CONDITION,
    when=Every((Has("monitor_name"), Has("trigger_name"))),
    title=Join(("monitor_name", "trigger_name"), ": "),
    body=("message", "error"),
    severity="severity",
    status=("state", Literal("ACTIVE")),
    service=("service", "monitor_name"),
    error_type="trigger_name",
    external_url=("url", Text("{config.web_url}/app/alerting#/monitors")),
    source_created_at=("period_end", Instant("period_end", MILLISECONDS)),
    firing_start=FiringStart.CHANGED,
)

CONNECTOR = spec.Connector(
    name="opensearch",
    title="OpenSearch Alerting",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.opensearch.org/latest/observing-your-data/alerting/api/#get-alerts",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("user", "User name", help="With the role alerting_read_access.", required=False),
        spec.Field("password", "Password", required=False),
    ),
    config=(
        spec.Field(
            "base_url",
            "Address of OpenSearch",
            help="Such as https://search.acme.example:9200.",
            pattern=r"https?://\S+",
        ),
        spec.Field(
            "web_url",
            "Address of OpenSearch Dashboards",
            help="For links.",
            required=False,
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.FirstOf((spec.Basic("{user}", "{password}"), spec.Anonymous())),
    pulls=(
        spec.Pull(
            name="alerts",
            path="/_plugins/_alerting/monitors/alerts",
            params=(("sortString", "start_time"), ("sortOrder", "desc"), ("alertState", "ALL")),
            records="alerts",
            pages=spec.OffsetPages(size_param="size", offset_param="startIndex"),
            schema=spec.RecordSchema(
                updated_at=("last_notification_time", "start_time"), times=MILLISECONDS, kind="alert"
            ),
            absent_means_ended=r"[\w-]+",
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.UrlSecret()),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="trigger_name"),
                schema=spec.RecordSchema(
                    key="{monitor_name}/{trigger_name}", updated_at=(), kind="notification"
                ),
            ),
        ),
        setup="Notifications › Channels › Custom webhook with the header X-Causeloop-Token; the message: "
        '{"monitor_name": "{{ctx.monitor.name}}", "trigger_name": "{{ctx.trigger.name}}", "severity": '
        '"{{ctx.trigger.severity}}", "period_end": "{{ctx.periodEnd}}", "message": "…"}.',
    ),
    issues=(ALERT, NOTIFICATION),
)
