"""Alert groups of Grafana OnCall, which Grafana IRM sends too."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Element, Every, Expression, Has, Some
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies


def label(*names: str) -> tuple[str | Expression, ...]:
    """A label of the alert group, else of the alerts behind it."""
    groups = [
        source
        for name in names
        for source in (
            Element("labels", key="key.name", equals=name, take="value.name"),
            f"labels.{name}",
        )
    ]
    alerts = [
        f"{payload}.{labels}.{name}"
        for payload in ("alert_payload", "last_alert.payload", "alerts.0.payload")
        for labels in ("commonLabels", "groupLabels", "labels", "alerts.0.labels")
        for name in names
    ]
    return (*groups, *alerts)


ALERT_GROUP = IssueMapping(
    name="alert group",
    identifies=Identifies.EVENT,
    when=Every((Has("state"), Some((Has("integration_id"), Has("alerts_count"), Has("permalinks"))))),
    title=(
        "title",
        "alert_payload.title",
        "alert_payload.commonLabels.alertname",
        "last_alert.payload.title",
        "last_alert.payload.commonLabels.alertname",
    ),
    body=(
        "alert_payload.message",
        "alert_payload.commonAnnotations.description",
        "alert_payload.commonAnnotations.summary",
        "last_alert.payload.message",
        "last_alert.payload.commonAnnotations.description",
        "alerts.0.payload.message",
    ),
    severity=label("severity", "priority", "level"),
    status="state",
    service=(*label("service", "service_name", "job"), "integration.name"),
    error_type=label("alertname"),
    team=("integration.team", "team.name", *label("team")),
    environment=label("environment", "env", "cluster"),
    external_url=("permalinks.web", "web_link", "permalinks.slack"),
    source_created_at="created_at",
    resolved_at=("resolved_at", "event_time"),
    attributes={
        "alerts": "alerts_count",
        "integration": "integration_id",
        "team_id": "team_id",
        "labels": "labels",
    },
)
SENT_ALERT = IssueMapping(
    name="alert sent to an integration",
    identifies=Identifies.CONDITION,
    when=Every((Has("alert_uid"), Has("title"))),
    title="title",
    body="message",
    status="state",
    external_url="link_to_upstream_details",
)
SENT_ALERT_EVENT = spec.WebhookEvent(
    record="",
    when=spec.Condition(path="alert_uid"),
    schema=spec.RecordSchema(key="alert_uid", updated_at=(), kind="sent_alert"),
)
ALERT_GROUP_EVENT = spec.WebhookEvent(
    record="alert_group",
    schema=spec.RecordSchema(updated_at=("event_time",)),
    add=(
        ("event_time", "event.time"),
        ("event_type", "event.type"),
        ("alert_payload", "alert_payload"),
        ("integration", "integration"),
    ),
)
