"""Events of Dynatrace: deployments and configuration changes, and the failures that make up its problems.

They are written in three ways: as the API of version 2 lists them, as that of version 1 did, and as they
are sent in.
"""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Element,
    Every,
    Expression,
    Has,
    Instant,
    Is,
    Kind,
    Literal,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS
DEPLOYS, EDITS = ("custom_deployment",), ("custom_configuration",)
NO_FAILURES = {
    *DEPLOYS,
    *EDITS,
    "custom_annotation",
    "custom_info",
    "availability_event",
    "marked_for_termination",
    "process_restart",
    "process_start",
    "virtual_machine_migrated",
    "es_deployment",
    "host_maintenance",
    "rds_backup_started",
    "rds_backup_completed",
    "rds_of_az_failover_completed",
}


def in_properties(name: str) -> tuple[str | Expression, ...]:
    """Where a property may be: in a list of keys and values, or by its name."""
    escaped = name.replace(".", r"\.")
    return (Element("properties", "key", name), f"properties.{escaped}")


SERVICE: tuple[str | Expression, ...] = (
    "entityId.name",
    "entityName",
    *in_properties("dt.event.deployment.name"),
    *in_properties("dt.event.deployment.project"),
    "deploymentProject",
)
DEPLOYMENT = ChangeMapping(
    name="event",
    when=Has("eventType"),
    change_kind=Choose(Is("eventType", EDITS), Literal("config_change"), Literal("deploy")),
    title=("title", "deploymentName", "configuration", "description", "eventType"),
    service=SERVICE,
    environment=(
        *in_properties("dt.event.deployment.release_stage"),
        *in_properties("dt.event.deployment.environment"),
    ),
    external_url=(
        *in_properties("dt.event.deployment.ci_back_link"),
        *in_properties("dt.event.deployment.remediation_action_link"),
        "ciBackLink",
    ),
    changed_at=Instant(("startTime", "start"), MILLISECONDS),
)
EVENT = IssueMapping(
    name="event",
    identifies=Identifies.EVENT,
    when=Every((Kind(("failure_event",)), Has("eventType"))),
    title=("title", Text("{eventType}: {entityName}"), "eventType"),
    body=(*in_properties("dt.event.description"), "description"),
    severity="severityLevel",
    status=("status", "eventStatus"),
    service=SERVICE,
    team="managementZones.0.name",
    error_type="eventType",
    source_created_at=Instant("startTime", MILLISECONDS),
    resolved_at=Instant("endTime", MILLISECONDS),
    attributes={"impact": "impactLevel"},
)


def is_failure(event: spec.Record) -> bool:
    """Whether an event tells that something failed."""
    return str(event.get("eventType")).lower() not in NO_FAILURES


LISTED_DEPLOYMENT_SCHEMA = spec.RecordSchema(
    key="deploy/{eventId}",
    updated_at=("startTime",),
    times=spec.TimeFormat.EPOCH_MILLISECONDS,
    kind="change",
    keep=Among("eventType", (*DEPLOYS, *EDITS)),
)
FAILURE_SCHEMA = spec.RecordSchema(
    key="event/{eventId}", updated_at=(), kind="failure_event", keep=is_failure
)
CHANGE_TYPES = frozenset(name.upper() for name in (*DEPLOYS, *EDITS))


def receive_ingested(condition: spec.Condition, name: str, start: str) -> spec.WebhookEvent:
    """A change as it is sent in: it has no id yet."""
    return spec.WebhookEvent(
        record="",
        when=condition,
        schema=spec.RecordSchema(
            key=f"deploy/{{{name}}}/{{{start}}}",
            updated_at=(start,),
            times=spec.TimeFormat.EPOCH_MILLISECONDS,
            kind="change",
        ),
    )


EVENTS = (
    spec.WebhookEvent(
        record="events", when=spec.Condition(path="events.0.eventType"), schema=LISTED_DEPLOYMENT_SCHEMA
    ),
    spec.WebhookEvent(record="events", when=spec.Condition(path="events.0.eventType"), schema=FAILURE_SCHEMA),
    spec.WebhookEvent(record="", when=spec.Condition(path="eventId"), schema=LISTED_DEPLOYMENT_SCHEMA),
    spec.WebhookEvent(record="", when=spec.Condition(path="eventId"), schema=FAILURE_SCHEMA),
    receive_ingested(spec.Condition(path="deploymentName"), "deploymentName", "start"),
    receive_ingested(spec.Condition(path="eventType", values=CHANGE_TYPES), "title", "startTime"),
)
