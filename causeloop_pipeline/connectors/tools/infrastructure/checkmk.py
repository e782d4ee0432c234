"""Checkmk host and service problems, listed and pushed by a notification script."""

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
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import FiringStart, Identifies

PUSHED = IssueMapping(
    name="notification",
    identifies=Identifies.CONDITION,
    when=Every((Has("host"), Some((Has("event"), Has("notification_type"))))),
    title=("summary", Text("{host}: {event}")),
    body=("long_output", "output"),
    severity="severity",
    status=(
        Choose(Is("notification_type", ("ACKNOWLEDGEMENT",)), Literal("acknowledged")),
        "status",
    ),
    service=("service", "host"),
    error_type=("check_command", "what"),
    team="contact_name",
    environment="site",
    external_url="url",
    source_created_at=("short_date_time", "date"),
    firing_start=FiringStart.CHANGED,
    resolved_at="short_date_time",
    attributes={"host": "host", "type": "notification_type"},
)
CONTEXT = IssueMapping(
    name="notification in its own variables",
    identifies=Identifies.CONDITION,
    when=Every((Has("HOSTNAME"), Has("NOTIFICATIONTYPE"))),
    title=(
        Text("{HOSTNAME}: {SERVICEDESC} is {SERVICESTATE}"),
        Text("{HOSTNAME} is {HOSTSTATE}"),
    ),
    body=("LONGSERVICEOUTPUT", "SERVICEOUTPUT", "LONGHOSTOUTPUT", "HOSTOUTPUT"),
    severity=("SERVICESTATE", "HOSTSTATE"),
    status=(
        Choose(Is("NOTIFICATIONTYPE", ("ACKNOWLEDGEMENT",)), Literal("acknowledged")),
        "SERVICESTATE",
        "HOSTSTATE",
    ),
    service=("SERVICEDESC", "HOSTNAME"),
    error_type=("SERVICECHECKCOMMAND", "HOSTCHECKCOMMAND", "WHAT"),
    team=("SERVICECONTACTGROUPNAMES", "HOSTCONTACTGROUPNAMES", "CONTACTNAME"),
    environment="OMD_SITE",
    source_created_at=(
        Instant(("LASTSERVICESTATECHANGE", "LASTHOSTSTATECHANGE"), TimeFormat.EPOCH_SECONDS),
        "SHORTDATETIME",
    ),
    firing_start=FiringStart.CHANGED,
    resolved_at=(
        Instant(("LASTSERVICESTATECHANGE", "LASTHOSTSTATECHANGE"), TimeFormat.EPOCH_SECONDS),
        "SHORTDATETIME",
    ),
    attributes={"host": "HOSTNAME", "type": "NOTIFICATIONTYPE"},
)
SERVICE = IssueMapping(
    name="listed service",
    identifies=Identifies.CONDITION,
    when=Every((Has("extensions.state"), Has("title"))),
    title=Text("{extensions.host_name}: {extensions.description}"),
    body="extensions.plugin_output",
    severity=Text("state {extensions.state}"),
    status=Choose(
        Is("extensions.acknowledged", ("1",)), Literal("acknowledged"), Text("state {extensions.state}")
    ),
    service=("extensions.description", "extensions.host_name"),
    error_type="extensions.check_command",
    source_created_at=Instant("extensions.last_state_change", TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("extensions.last_state_change", TimeFormat.EPOCH_SECONDS),
    attributes={"host": "extensions.host_name"},
)

CONNECTOR = spec.Connector(
    name="checkmk",
    title="Checkmk",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.checkmk.com/latest/en/rest_api.html",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("user", "Automation user"), spec.Field("secret", "Automation secret")),
    auth=spec.Headers((("Authorization", "Bearer {user} {secret}"),)),
    pulls=(
        spec.Pull(
            name="services",
            path="/check_mk/api/1.0/domain-types/service/collections/all",
            method="POST",
            params=(
                (
                    "columns",
                    (
                        "host_name",
                        "description",
                        "state",
                        "plugin_output",
                        "last_state_change",
                        "acknowledged",
                    ),
                ),
                ("query", '{{"op": "!=", "left": "state", "right": "0"}}'),
            ),
            records="value",
            pages=spec.OnePage(),
            schema=spec.RecordSchema(
                key="id",
                updated_at=("extensions.last_state_change",),
                times=spec.TimeFormat.EPOCH_SECONDS,
                kind="service",
                keep=Among("extensions.state", ("1", "2", "3")),
            ),
            since=spec.Since(field="extensions.last_state_change"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="host"),
                schema=spec.RecordSchema(key="{host}/{check_command}", updated_at=("short_date_time",)),
            ),
            *(
                spec.WebhookEvent(
                    record="",
                    when=spec.Condition(path=path),
                    schema=spec.RecordSchema(key=key, updated_at=("SHORTDATETIME",), kind="context"),
                )
                for path, key in (
                    ("SERVICEDESC", "{HOSTNAME}:{SERVICEDESC}"),
                    ("HOSTSTATE", "host/{HOSTNAME}"),
                )
            ),
        ),
        setup="A notification script that posts the notification's variables as JSON.",
    ),
    issues=(PUSHED, CONTEXT, SERVICE),
)
