"""incident.io incidents by their last update, its alerts, and signed webhooks of both."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Element,
    Every,
    Has,
    Instant,
    Kind,
    Some,
    Source,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

FIELD_VALUES = ("value_catalog_entry.name", "value_option.value", "value_text")
ATTRIBUTE_VALUES = (
    "value.catalog_entry.name",
    "value.label",
    "value.literal",
    "array_value.0.catalog_entry.name",
    "array_value.0.label",
    "array_value.0.literal",
)
PRIVATE_AND_OTHER_EVENTS = frozenset(
    {
        "private_incident.incident_created_v2",
        "private_incident.incident_updated_v2",
        "private_incident.membership_granted_v1",
        "private_incident.membership_revoked_v1",
        "private_alert.alert_created_v1",
        "private_alert.alert_resolved_v1",
        "schedule.shift_change_v1",
        "schedule.created_v1",
        "schedule.updated_v1",
        "schedule.deleted_v1",
    }
    | {
        f"{audience}_incident.{subject}"
        for audience in ("public", "private")
        for subject in (
            "follow_up_created_v1",
            "follow_up_updated_v1",
            "follow_up_created_v2",
            "follow_up_updated_v2",
            "action_created_v1",
            "action_updated_v1",
            "postmortem_document_status_updated_v1",
        )
    }
    | {
        f"{audience}_escalation.{subject}"
        for audience in ("public", "private")
        for subject in ("escalation_created_v1", "escalation_status_updated_v1")
    }
)


def field_value(*names: str) -> Source:
    """The first value of the first custom field or alert attribute that has one of the names."""
    fields = [
        Element("custom_field_entries", key="custom_field.name", equals=name, take=f"values.0.{value}")
        for name in names
        for value in FIELD_VALUES
    ]
    attributes = [
        Element("attributes", key="attribute.name", equals=name, take=value)
        for name in names
        for value in ATTRIBUTE_VALUES
    ]
    return (*fields, *attributes)


SERVICE = field_value(
    *(
        "Service",
        "Services",
        "Affected services",
        "Affected service",
        "Affected Service",
        "Affected Services",
    ),
    *("Component", "Product", "service"),
)
TEAM = field_value(
    *("Team", "Teams", "Affected teams", "Affected team", "Affected Team", "Affected Teams"),
    *("Owning team", "Owning Team", "Responsible team", "team"),
)
ENVIRONMENT = field_value("Environment", "Environments", "Affected environments", "environment", "env")

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every((Kind(("record",)), Every((Has("name"), Some((Has("incident_status"), Has("reference"))))))),
    title="name",
    body=("summary", "most_recent_update_message"),
    severity="severity.name",
    status=("incident_status.category", "status"),
    service=SERVICE,
    error_type=field_value("Impact", "Cause", "Root cause"),
    team=TEAM,
    environment=ENVIRONMENT,
    external_url="permalink",
    source_created_at=("created_at", "reported_at"),
    resolved_at=(
        "resolved_at",
        Instant(
            Element("incident_timestamp_values", "incident_timestamp.name", "Resolved at", "value.value")
        ),
        "closed_at",
        "updated_at",
    ),
    attributes={
        "reference": "reference",
        "mode": "mode",
        "incident_type": "incident_type.name",
        "incident_status": "incident_status.name",
    },
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every(
        (Kind(("alert",)), Every((Has("title"), Some((Has("alert_source_id"), Has("deduplication_key"))))))
    ),
    title="title",
    body=Different("description", than="title"),
    severity=field_value("Severity", "Priority", "severity", "priority"),
    status="status",
    service=SERVICE,
    error_type=field_value("Error type", "error_type"),
    team=TEAM,
    environment=ENVIRONMENT,
    external_url=("source_url", "url"),
    source_created_at="created_at",
    resolved_at=("resolved_at", "updated_at"),
    attributes={"deduplication_key": "deduplication_key", "alert_source": "alert_source_id"},
)
SENT_EVENT = IssueMapping(
    name="event sent to an alert source",
    identifies=Identifies.CONDITION,
    when=Every((Kind(("sent_event",)), Has("title"))),
    title="title",
    body=Different("description", than="title"),
    severity=("metadata.severity", "metadata.priority"),
    status="status",
    service="metadata.service",
    error_type="metadata.error_type",
    team=("metadata.team.0", "metadata.team"),
    environment=("metadata.environment", "metadata.env"),
    external_url="source_url",
    attributes={"deduplication_key": "deduplication_key"},
)
INCIDENT_RECORD = spec.RecordSchema()
ALERT_RECORD = spec.RecordSchema(
    key="alert/{id}", updated_at=("updated_at", "resolved_at", "created_at"), kind="alert"
)

CONNECTOR = spec.Connector(
    name="incident_io",
    title="incident.io",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://api-docs.incident.io/tag/Incidents-V2",
    plan="starter",
    base_url="https://api.incident.io",
    site=(),
    credentials=(spec.Field("api_key", "API key", help="May view incidents and alerts."),),
    auth=spec.Bearer("{api_key}"),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/v2/incidents",
            records="incidents",
            pages=spec.TokenPages(
                next_path="pagination_meta.after", param="after", size=250, size_param="page_size"
            ),
            schema=INCIDENT_RECORD,
            since=spec.Since(
                field="updated_at",
                param="updated_at[gte]",
                format="%Y-%m-%d",  # the filter knows days only
                overlap=timedelta(hours=1),
            ),
        ),
        spec.Pull(
            name="alerts",
            path="/v2/alerts",
            records="alerts",
            pages=spec.TokenPages(
                next_path="pagination_meta.after", param="after", size=50, size_param="page_size"
            ),
            schema=ALERT_RECORD,
            since=spec.Since(
                field="created_at",
                param="created_at[gte]",
                format="%Y-%m-%d",
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh(path="/v2/alerts/{id}", record="alert", ids=r"alert/(?P<id>.+)"),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.HmacSignature(
                "webhook-signature",
                encoding="base64",
                prefix="v1,",
                separator=" ",
                signed="{id}.{timestamp}.{body}",
                timestamp_header="webhook-timestamp",
                id_header="webhook-id",
                secret_prefix="whsec_",
            ),
        ),
        delivery_header="webhook-id",
        ignore=(spec.Condition(path="event_type", values=PRIVATE_AND_OTHER_EVENTS),),
        events=(
            spec.WebhookEvent(
                record=r"public_incident\.incident_status_updated_v2.incident", schema=INCIDENT_RECORD
            ),
            spec.WebhookEvent(record=r"public_incident\.incident_created_v2", schema=INCIDENT_RECORD),
            spec.WebhookEvent(record=r"public_incident\.incident_updated_v2", schema=INCIDENT_RECORD),
            spec.WebhookEvent(record=r"public_alert\.alert_created_v1", schema=ALERT_RECORD),
            spec.WebhookEvent(record=r"public_alert\.alert_resolved_v1", schema=ALERT_RECORD),
            spec.WebhookEvent(record="incident", schema=INCIDENT_RECORD),
            spec.WebhookEvent(record="alert", schema=ALERT_RECORD),
            # What monitoring tools send to an HTTP alert source, where they send it here as well.
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="deduplication_key"),
                schema=spec.RecordSchema(
                    key="event/{deduplication_key}",
                    updated_at=(),
                    kind="sent_event",
                    unless="id",
                ),
            ),
        ),
        setup="Settings › Webhooks: add an endpoint with all public incident and alert events.",
    ),
    rate_limit=spec.RateLimit(),
    issues=(INCIDENT, ALERT, SENT_EVENT),
)
