"""PRTG sensors, pushed by HTTP notifications."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    Instant,
    Kind,
    PlainText,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import FiringStart, Identifies

TROUBLES = ("down", "down (acknowledged)", "down (partial)", "warning", "unusual")
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.CONDITION,
    when=Every((Has("sensorid"), Has("status"))),
    title=(
        Text("{device}: {name} is {status}"),
        Text("{device}: {sensor} is {status}"),
        Text("{name} is {status}"),
        Text("{sensor} is {status}"),
    ),
    body="message",
    severity=("priority", "status"),
    status="status",
    service=("device", "name"),
    error_type="sensor",
    team="group",
    external_url=("linksensor", "linkdevice"),
    source_created_at=("datetime", Instant("datetime", TimeFormat.US)),
    firing_start=FiringStart.CHANGED,
    attributes={"down": "down", "probe": "probe"},
)
LISTED = IssueMapping(
    name="sensor of the API",
    identifies=Identifies.CONDITION,
    when=Every((Has("objid"), Has("status"), Has("sensor"))),
    title=(Text("{device}: {sensor} is {status}"), Text("{sensor} is {status}")),
    body=("message_raw", PlainText("message")),
    severity="status",
    status="status",
    service=("device", "sensor"),
    error_type="type",
    team="group",
    source_created_at=(
        Instant("lastdown_raw", TimeFormat.SERIAL_DAYS),
        Instant("lastdown", TimeFormat.US),
    ),
    firing_start=FiringStart.CHANGED,
    attributes={"probe": "probe", "last_down": "lastdown"},
)
MESSAGE = IssueMapping(
    name="message of the log",
    identifies=Identifies.CONDITION,
    when=Every((Kind(("message",)), Has("name"), Has("status"))),
    title=(Text("{parent}: {name} is {status}"), Text("{name} is {status}")),
    body=("message_raw", PlainText("message")),
    severity="status",
    status="status",
    service=("parent", "name"),
    error_type="sensor",
    source_created_at=(
        Instant("datetime_raw", TimeFormat.SERIAL_DAYS),
        Instant("datetime", TimeFormat.US),
    ),
    firing_start=FiringStart.CHANGED,
)

CONNECTOR = spec.Connector(
    name="prtg",
    title="Paessler PRTG",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://www.paessler.com/manuals/prtg/notification_templates_settings",
    plan="free",
    webhook=spec.Webhook(
        signatures=(spec.UrlSecret(), spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="sensorid"),
                schema=spec.RecordSchema(key="sensorid", updated_at=()),
            ),
            spec.WebhookEvent(
                record="sensors",
                when=spec.Condition(path="sensors.0.objid"),
                schema=spec.RecordSchema(
                    key="objid", updated_at=(), kind="sensor", keep=Among("status", TROUBLES)
                ),
            ),
            spec.WebhookEvent(
                record="messages",
                when=spec.Condition(path="messages.0.objid"),
                schema=spec.RecordSchema(
                    key="objid",
                    updated_at=("datetime_raw",),
                    times=spec.TimeFormat.SERIAL_DAYS,
                    kind="message",
                    keep=Among("status", (*TROUBLES, "up")),
                ),
            ),
        ),
        setup="Add a webhook with the address; append ?token= and the secret.",
    ),
    issues=(ALERT, LISTED, MESSAGE),
)
