"""Splunk On-Call (VictorOps) incidents: those that are open or ended lately, the history, and webhooks."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Is,
    Some,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

STATES = ("critical", "warning", "info")

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every((Has("incidentNumber"), Has("currentPhase"))),
    title=("entityDisplayName", "entityId"),
    body=("stateMessage", "transitions.0.message"),
    severity=Choose(Is("entityState", STATES), "entityState"),
    status="currentPhase",
    service=("service", "host"),
    team=("pagedPolicies.0.team.name", "pagedTeams.0"),
    external_url=("incidentLink", "transitions.-1.alertUrl"),
    source_created_at="startTime",
    resolved_at=("resolvedTime", "transitions.-1.at", "lastAlertTime"),
    attributes={
        "entity": "entityId",
        "routing_key": "routingKey",
        "host": "host",
        "alerts": "alertCount",
    },
)
ALERT = IssueMapping(
    name="alert fields",
    identifies=Identifies.CONDITION,
    when=Every((Some((Has("incident_number"), Has("entity_id"))), Has("message_type"))),
    title=("entity_display_name", "entity_id"),
    body="state_message",
    severity=Choose(Is("message_type", STATES), "message_type"),
    status=("current_phase", "message_type"),
    service=("service", "host_name"),
    team=("paged_team", "routing_key"),
    external_url=("incident_link", "alert_url"),
    source_created_at=(
        Instant("state_start_time", TimeFormat.EPOCH_SECONDS),
        "state_start_time",
        Instant("timestamp", TimeFormat.EPOCH_SECONDS),
    ),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("timestamp", TimeFormat.EPOCH_SECONDS),
    attributes={"entity": "entity_id", "monitoring_tool": "monitoring_tool"},
)
SCHEMA = spec.RecordSchema(key="incidentNumber", updated_at=("lastAlertTime", "startTime"))
# An acknowledgement moves no time of the record, so that a push is as new as its arrival.
PUSHED = spec.RecordSchema(key="incidentNumber", updated_at=())

CONNECTOR = spec.Connector(
    name="victorops",
    title="Splunk On-Call (VictorOps)",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://portal.victorops.com/public/api-docs.html",
    plan="free",
    base_url="https://api.victorops.com",
    credentials=(
        spec.Field("api_id", "API id", help="Integrations › API."),
        spec.Field("api_key", "API key", help="A read-only key is enough."),
    ),
    auth=spec.Headers((("X-VO-Api-Id", "{api_id}"), ("X-VO-Api-Key", "{api_key}"))),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/api-public/v1/incidents",
            records="incidents",
            pages=spec.OnePage(),
            schema=SCHEMA,
        ),
        spec.Pull(
            name="history",
            path="/api-reporting/v2/incidents",
            records="incidents",
            pages=spec.OffsetPages(),
            schema=SCHEMA,
            since=spec.Since(
                field="startTime", param="startedAfter", template="{since}", overlap=timedelta(days=1)
            ),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="incident", schema=PUSHED),
            spec.WebhookEvent(record="", when=spec.Condition(path="incidentNumber"), schema=PUSHED),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident_number"),
                schema=spec.RecordSchema(key="incident_number", updated_at=()),
            ),
            # What monitoring tools send to the REST endpoint, where they send it here as well.
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="message_type"),
                schema=spec.RecordSchema(key="entity_id", updated_at=()),
            ),
        ),
        setup=(
            "Integrations › Outgoing Webhooks › Any-Incident: POST application/json with the fields "
            "incidentNumber, currentPhase, entityDisplayName, entityId, entityState, service and startTime, "
            "and the header X-Causeloop-Token."
        ),
    ),
    issues=(INCIDENT, ALERT),
)
