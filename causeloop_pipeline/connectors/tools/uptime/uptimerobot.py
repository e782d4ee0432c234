"""UptimeRobot monitors that are down, listed and pushed by alert contacts."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Literal,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

PUSHED = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every(
        (Some((Has("monitorID"), Has("monitorURL"))), Some((Has("alertType"), Has("alertTypeFriendlyName"))))
    ),
    title=(
        Text("{monitorFriendlyName} is {alertTypeFriendlyName}"),
        "monitorFriendlyName",
        Text("Monitor {monitorID}"),
    ),
    body="alertDetails",
    severity=Text("alert {alertType}"),
    status=("alertTypeFriendlyName", Text("alert {alertType}")),
    service=("monitorFriendlyName", "monitorURL"),
    error_type="alertDetails",
    external_url="monitorURL",
    source_created_at=Instant("alertDateTime", TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("alertDateTime", TimeFormat.EPOCH_SECONDS),
    attributes={"alert": "alertID", "duration": "alertDuration"},
)
TEMPLATE = IssueMapping(
    name="alert in words of a template",
    identifies=Identifies.CONDITION,
    when=Every((Has("monitor_friendly_name"), Some((Has("alert_type"), Has("alert_type_friendly_name"))))),
    title=(Text("{monitor_friendly_name} is {alert_type_friendly_name}"), "monitor_friendly_name"),
    body="alert_details",
    severity=Text("alert {alert_type}"),
    status=("alert_type_friendly_name", Text("alert {alert_type}")),
    service=("monitor_friendly_name", "monitor_url"),
    error_type="alert_details",
    external_url="monitor_url",
    source_created_at=Instant(("alert_date_time", "alert_datetime"), TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant(("alert_date_time", "alert_datetime"), TimeFormat.EPOCH_SECONDS),
    attributes={"alert": "alert_id", "duration": "alert_duration"},
)
MONITOR = IssueMapping(
    name="monitor",
    identifies=Identifies.CONDITION,
    when=Every((Has("id"), Some((Has("friendly_name"), Has("friendlyName"))), Has("status"))),
    title=("friendly_name", "friendlyName"),
    body=("logs.0.reason.detail",),
    severity=Choose(Is("status", ("9", "DOWN")), Literal("alert 1"), Literal("alert 2")),
    status=Text("monitor {status}"),
    service=("friendly_name", "friendlyName"),
    error_type="logs.0.reason.code",
    external_url="url",
    source_created_at=(
        Instant(("logs.0.datetime", "create_datetime"), TimeFormat.EPOCH_SECONDS),
        "lastIncident.startedAt",
        "createDateTime",
    ),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("logs.0.datetime", TimeFormat.EPOCH_SECONDS),
)

CONNECTOR = spec.Connector(
    name="uptimerobot",
    title="UptimeRobot",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://uptimerobot.com/api/",
    plan="free",
    base_url="https://api.uptimerobot.com",
    site=(),
    credentials=(spec.Field("api_key", "API key", help="The read-only main key."),),
    auth=spec.FormFields((("api_key", "{api_key}"),)),
    pulls=(
        spec.Pull(
            name="monitors",
            path="/v2/getMonitors",
            method="POST",
            form=True,
            params=(
                ("format", "json"),
                ("logs", "1"),
                ("logs_limit", "1"),
                ("statuses", "8-9"),
            ),
            records="monitors",
            pages=spec.OffsetPages(size=50),
            schema=spec.RecordSchema(
                updated_at=("logs.0.datetime",), times=spec.TimeFormat.EPOCH_SECONDS, kind="monitor"
            ),
            since=spec.Since(field="logs.0.datetime"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(),),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="monitorID"),
                schema=spec.RecordSchema(
                    key="monitorID", updated_at=("alertDateTime",), times=spec.TimeFormat.EPOCH_SECONDS
                ),
            ),
            # Variables that were left out, or named otherwise, in a body of one's own.
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="monitorURL"),
                schema=spec.RecordSchema(
                    key="monitorURL", updated_at=("alertDateTime",), times=spec.TimeFormat.EPOCH_SECONDS
                ),
            ),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="monitor_friendly_name"),
                schema=spec.RecordSchema(
                    key="{monitor_id|monitor_url|monitor_friendly_name}",
                    updated_at=("alert_date_time", "alert_datetime"),
                    times=spec.TimeFormat.EPOCH_SECONDS,
                ),
            ),
        ),
        setup="Alert contacts › Webhook: POST as JSON with all variables; append ?token= and the secret.",
    ),
    issues=(PUSHED, TEMPLATE, MONITOR),
)
