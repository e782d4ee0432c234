"""Nagios Core: changes of state of hosts and services, from its archive; event handlers push them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Instant,
    Join,
    Kind,
    Literal,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Kind(("alert",)), Has("state"), Has("plugin_output"))),
    title=(
        Concat((Join((("host_name", "name"), "description")), Literal(": "), "plugin_output")),
        Join((("host_name", "name"), "description")),
    ),
    body="plugin_output",
    severity="state",
    status="state",
    service=("host_name", "name"),
    error_type=("description", Literal("host_down")),
    external_url=(
        Text("{config.base_url}/cgi-bin/extinfo.cgi?type=2&host={host_name}&service={description}"),
        Text("{config.base_url}/cgi-bin/extinfo.cgi?type=1&host={name}"),
    ),
    source_created_at=Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("timestamp", TimeFormat.EPOCH_MILLISECONDS),
    attributes={"check": "description", "state_type": "state_type"},
)
NOTIFICATION = IssueMapping(
    name="notification",
    identifies=Identifies.CONDITION,
    when=Every((Has("host_name"), Some((Has("service_state"), Has("host_state"), Has("state"))))),
    title=(
        Concat((Join(("host_name", "service_description")), Literal(": "), ("output", "plugin_output"))),
        Join(("host_name", "service_description")),
    ),
    body=("long_output", "output", "plugin_output"),
    severity=("service_state", "host_state", "state"),
    status=("service_state", "host_state", "state"),
    service="host_name",
    error_type=("service_description", Literal("host_down")),
    external_url=("url", Text("{config.base_url}/cgi-bin/extinfo.cgi?type=1&host={host_name}")),
    source_created_at=Instant("timestamp", TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("timestamp", TimeFormat.EPOCH_SECONDS),
    attributes={"check": "service_description", "type": "notification_type"},
)


def poll_alerts(kind: str, key: str) -> spec.Pull:
    """The changes of state of hosts or services that have lasted, recoveries among them."""
    return spec.Pull(
        name=f"{kind}_alerts",
        path="/cgi-bin/archivejson.cgi",
        params=(
            ("query", "alertlist"),
            ("formatoptions", "enumerate"),
            ("objecttypes", kind),
            ("statetypes", "hard"),
        ),
        records="data.alertlist",
        pages=spec.OnePage(),
        schema=spec.RecordSchema(
            key=key, updated_at=("timestamp",), times=TimeFormat.EPOCH_MILLISECONDS, kind="alert"
        ),
        since=spec.Since(
            field="timestamp",
            param="starttime",
            until_param="endtime",
            format=TimeFormat.EPOCH_SECONDS,
        ),
    )


def receive_notification(when: str, key: str) -> spec.WebhookEvent:
    """What an event handler or a notification command posts."""
    return spec.WebhookEvent(
        record="",
        when=spec.Condition(path=when),
        schema=spec.RecordSchema(
            key=key, updated_at=("timestamp",), times=TimeFormat.EPOCH_SECONDS, kind="notification"
        ),
    )


CONNECTOR = spec.Connector(
    name="nagios",
    title="Nagios Core",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/cgis.html",
    plan="free",
    base_url="{base_url}",
    credentials=(
        spec.Field("user", "User name", help="As for the web pages.", required=False),
        spec.Field("password", "Password", required=False),
    ),
    config=(
        spec.Field(
            "base_url",
            "Address of Nagios",
            help="With its path, such as https://mon.acme.example/nagios4.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.FirstOf((spec.Basic("{user}", "{password}"), spec.Anonymous())),
    pulls=(
        poll_alerts("service", "{host_name}/{description}"),
        poll_alerts("host", "{name}"),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            receive_notification("service_description", "{host_name}/{service_description}"),
            receive_notification("host_name", "host_name"),
        ),
        setup="A notification command that posts host_name ($HOSTNAME$), service_description, service_state "
        "or host_state, output and timestamp ($TIMET$) as JSON with the header X-Causeloop-Token.",
    ),
    issues=(ALERT, NOTIFICATION),
)
