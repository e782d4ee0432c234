"""PRTG sensors, pushed by HTTP notifications."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Every,
    Has,
    PlainText,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among

TROUBLES = ("down", "down (acknowledged)", "down (partial)", "warning", "unusual")
ALERT = IssueMapping(
    name="alert",
    when=Every((Has("sensorid"), Has("status"))),
    title=(Text("{device}: {name} is {status}"), Text("{name} is {status}")),
    body="message",
    severity=("priority", "status"),
    status="status",
    service=("device", "name"),
    error_type="sensor",
    team="group",
    external_url=("linksensor", "linkdevice"),
    source_created_at="datetime",
    attributes={"down": "down", "probe": "probe"},
)
LISTED = IssueMapping(
    name="sensor of the API",
    when=Every((Has("objid"), Has("status"), Has("sensor"))),
    title=(Text("{device}: {sensor} is {status}"), Text("{sensor} is {status}")),
    body=("message_raw", PlainText("message")),
    severity="status",
    status="status",
    service=("device", "sensor"),
    error_type="type",
    team="group",
    attributes={"probe": "probe", "last_down": "lastdown"},
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
        ),
        setup="Add a webhook with the address; append ?token= and the secret.",
    ),
    issues=(ALERT, LISTED),
)
