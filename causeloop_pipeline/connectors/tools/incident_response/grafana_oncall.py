"""Grafana OnCall alert groups, read again until they are resolved, and its outgoing webhooks."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Element, Every, Expression, Has, Some
from causeloop_pipeline.connectors.mapping.fields import IssueMapping


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

CONNECTOR = spec.Connector(
    name="grafana_oncall",
    title="Grafana OnCall",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://grafana.com/docs/oncall/latest/oncall-api-reference/alertgroups/",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("token", "API key", help="OnCall › Settings › API tokens."),),
    config=(
        spec.Field(
            "base_url",
            "OnCall address",
            help="Shown beside the API tokens, such as https://oncall-prod-us-central-0.grafana.net/oncall.",
            pattern=r"https?://\S+",
        ),
    ),
    auth=spec.Headers((("Authorization", "{token}"),)),
    pulls=(
        spec.Pull(
            name="alert_groups",
            path="/api/v1/alert_groups/",
            records="results",
            pages=spec.NextUrlPages(url="next", size=100, size_param="perpage"),
            schema=spec.RecordSchema(updated_at=("resolved_at", "acknowledged_at", "created_at")),
            since=spec.Since(
                field="created_at",
                param="started_at",
                template="{since}_{until}",
                format="%Y-%m-%dT%H:%M:%S",
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh(path="/api/v1/alert_groups/{id}/", record=""),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="alert_group",
                schema=spec.RecordSchema(updated_at=("event_time",)),
                add=(
                    ("event_time", "event.time"),
                    ("event_type", "event.type"),
                    ("alert_payload", "alert_payload"),
                    ("integration", "integration"),
                ),
            ),
        ),
        setup=(
            "OnCall › Outgoing webhooks: add one for every status change with the address, the header "
            "X-Causeloop-Token, and the whole payload forwarded."
        ),
    ),
    rate_limit=spec.RateLimit(remaining="ratelimit-remaining", reset="ratelimit-reset"),
    issues=(ALERT_GROUP,),
)
