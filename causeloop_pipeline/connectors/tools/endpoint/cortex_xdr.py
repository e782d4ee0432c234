"""Palo Alto Cortex XDR incidents and alerts: polled by their last change."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Instant, Match, Some, TimeFormat
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies


def epoch_time(*paths: str) -> Instant:
    """A time of this tool: milliseconds since 1970."""
    return Instant(paths, TimeFormat.EPOCH_MILLISECONDS)


INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every((Has("incident_id"), Some((Has("creation_time"), Has("xdr_url"), Has("alert_count"))))),
    title=("incident_name", "description", "incident_id"),
    body=("manual_description", "description"),
    severity=("manual_severity", "severity"),
    status="status",
    # A host is written as "name:agent id".
    service=Match(("hosts.0", "incident_sources.0"), r"^([^:]+)"),
    team=("assigned_user_pretty_name", "assigned_user_mail"),
    error_type=("mitre_techniques_ids_and_names.0", "alert_categories.0"),
    external_url="xdr_url",
    source_created_at=epoch_time("creation_time", "detection_time"),
    resolved_at=epoch_time("resolved_timestamp", "modification_time"),
    attributes={
        "alert_count": "alert_count",
        "resolve_comment": "resolve_comment",
        "sources": "incident_sources",
        "users": "users",
    },
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Some((Has("alert_id"), Has("external_id"))), Some((Has("name"), Has("alert_name"))))),
    title=("name", "alert_name", "description"),
    body=("description", "alert_description"),
    severity="severity",
    status=("resolution_status", "alert_resolution_status"),
    service=("host_name", "endpoint_id", "agent_id", "source", "alert_source"),
    error_type=("category", "alert_category", "mitre_technique_id_and_name.0", "mitre_technique_id_and_name"),
    source_created_at=epoch_time("detection_timestamp", "local_insert_ts", "event_timestamp.0"),
    resolved_at=epoch_time("last_modified_ts"),
    attributes={"source": "source", "action": "action_pretty", "case": "case_id"},
)

INCIDENT_SCHEMA = spec.RecordSchema(
    key="incident_id",
    updated_at=("modification_time", "creation_time"),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
)
ALERT_SCHEMA = spec.RecordSchema(
    key="alert/{alert_id}",
    updated_at=("last_modified_ts", "local_insert_ts", "detection_timestamp"),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    kind="alert",
)

PALO_ALTO_HOST = rf"{spec.HOST_LABELS}\.paloaltonetworks\.com"

CONNECTOR = spec.Connector(
    name="cortex_xdr",
    title="Cortex XDR",
    category=spec.Category.SECURITY,
    docs_url="https://docs-cortex.paloaltonetworks.com/r/Cortex-XDR-REST-API/Get-Incidents",
    plan="growth",
    base_url="https://api-{fqdn}",
    credentials=(
        spec.Field("api_key", "API key", help="A standard key with the role Viewer."),
        spec.Field("api_key_id", "API key ID"),
    ),
    config=(spec.Field("fqdn", "Tenant", help="acme.xdr.us.paloaltonetworks.com", pattern=PALO_ALTO_HOST),),
    auth=spec.Headers((("Authorization", "{api_key}"), ("x-xdr-auth-id", "{api_key_id}"))),
    webhook=spec.Webhook(
        signatures=(spec.OWN_SIGNATURE, spec.SharedSecret("x-causeloop-token")),
        events=(
            spec.WebhookEvent(record="reply.incidents", schema=INCIDENT_SCHEMA),
            spec.WebhookEvent(record="reply.incident", schema=INCIDENT_SCHEMA),
            spec.WebhookEvent(record="reply.alerts", schema=ALERT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="incident_id"), schema=INCIDENT_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="alert_id"), schema=ALERT_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="external_id"),
                schema=spec.RecordSchema(
                    key="alert/{external_id}",
                    updated_at=("last_modified_ts", "detection_timestamp"),
                    times=spec.TimeFormat.EPOCH_MILLISECONDS,
                    kind="alert",
                ),
            ),
        ),
        setup="Settings › Notifications, or a playbook that posts the incident, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(INCIDENT, ALERT),
)
