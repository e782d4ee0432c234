"""Grafana IRM incidents: all of them queried each time, pushed by outgoing webhooks."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.formats.grafana_alert_groups import ALERT_GROUP, ALERT_GROUP_EVENT
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Element,
    Every,
    Has,
    Literal,
    Tag,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies


def map_incident(name: str, prefix: str) -> IssueMapping:
    """An incident at a path."""

    def label(*keys: str) -> tuple[Element | Tag, ...]:
        named = [Element(f"{prefix}labels", key="key", equals=key, take="label") for key in keys]
        return (*named, Tag(f"{prefix}labels", "|".join(keys)))

    return IssueMapping(
        name=name,
        identifies=Identifies.EVENT,
        when=Every((Has(f"{prefix}incidentID"), Has(f"{prefix}title"), Has(f"{prefix}status"))),
        title=f"{prefix}title",
        body=(f"{prefix}summary", f"{prefix}description"),
        severity=(f"{prefix}severityLabel", f"{prefix}severity"),
        status=f"{prefix}status",
        service=(*label("service", "service_name", "app"), f"{prefix}labels.0.label"),
        team=label("team", "squad"),
        environment=label("environment", "env"),
        error_type=f"{prefix}incidentType",
        external_url=(
            f"{prefix}incidentUrl",
            Text(f"{{config.base_url}}/a/grafana-irm-app/incidents/{{{prefix}incidentID}}"),
            Concat((Literal("https://grafana.com"), f"{prefix}overviewURL")),
        ),
        source_created_at=(f"{prefix}incidentStart", f"{prefix}createdTime"),
        resolved_at=(f"{prefix}incidentEnd", f"{prefix}closedTime", f"{prefix}modifiedTime"),
        attributes={"drill": f"{prefix}isDrill", "type": f"{prefix}incidentType"},
    )


SCHEMA = spec.RecordSchema(key="incidentID", updated_at=("modifiedTime", "createdTime"))

CONNECTOR = spec.Connector(
    name="grafana_irm",
    title="Grafana IRM Incidents",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://grafana.com/docs/grafana-cloud/alerting-and-irm/irm/use/incident-management/reference/",
    plan="starter",
    base_url="{base_url}",
    credentials=(spec.Field("token", "Service account token", help="With the role Viewer."),),
    config=(
        spec.Field(
            "base_url", "Grafana address", help="Such as https://acme.grafana.net.", pattern=r"https?://\S+"
        ),
    ),
    auth=spec.Bearer(),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/api/plugins/grafana-irm-app/resources/api/v1/IncidentsService.QueryIncidentPreviews",
            method="POST",
            params=(
                ("query.limit", 100),
                ("query.orderField", "createdTime"),
                ("query.orderDirection", "ASC"),
                ("includeCustomFieldValues", True),
            ),
            records="incidentPreviews",
            pages=spec.TokenPages(
                next_path="cursor.nextValue", param="cursor.nextValue", more_path="cursor.hasMore"
            ),
            schema=SCHEMA,
            since=spec.Since(field="modifiedTime", overlap=timedelta(hours=1)),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "gi-signature",
                prefix="v1=",
                separator=",",
                signed="{timestamp}:{body}",
                timestamp_prefix="t=",
            ),
            spec.SharedSecret("x-causeloop-token"),
        ),
        delivery_path="id",
        events=(
            spec.WebhookEvent(
                record="incident",
                schema=SCHEMA,
                add=(("event", "event"), ("eventTime", "time")),
            ),
            ALERT_GROUP_EVENT,
            spec.WebhookEvent(record="incidents", schema=SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="incidentID"), schema=SCHEMA),
        ),
        setup="IRM › Integrations › Outgoing webhooks: the address and the secret, for all incident events.",
    ),
    issues=(map_incident("incident", ""), ALERT_GROUP),
)
