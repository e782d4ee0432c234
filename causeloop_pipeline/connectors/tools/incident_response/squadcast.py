"""Squadcast incidents: exported by window, and pushed by outgoing webhooks."""

from dataclasses import replace
from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Different, Every, Has, Some, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

SEVERITY = (
    "priority",
    "tags.severity.value",
    "tags.Severity.value",
    "tags.priority.value",
    "tags.severity",
    "payload.tags.severity.value",
)
SERVICE = ("service.name", "service_name", "service", "tags.service.value", "payload.tags.service.value")
TEAM = ("owner.name", "team.name", "team", "squad.name", "tags.team.value", "payload.tags.team.value")
ENVIRONMENT = (
    "tags.environment.value",
    "tags.env.value",
    "tags.environment",
    "payload.tags.environment.value",
)
ERROR_TYPE = ("tags.error_type.value", "tags.error_type", "payload.tags.error_type.value")

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("status"),
            Some((Has("title"), Has("message"))),
            Some((Has("created_at"), Has("timeOfCreation"), Has("time_of_creation"))),
        )
    ),
    title=("title", "message"),
    body=Different("description", than="title"),
    severity=SEVERITY,
    status="status",
    service=SERVICE,
    error_type=ERROR_TYPE,
    team=TEAM,
    environment=ENVIRONMENT,
    external_url=("url", "incident_url", "link", Text("https://app.squadcast.com/incident/{id}")),
    source_created_at=("created_at", "timeOfCreation", "time_of_creation"),
    resolved_at=("resolved_at", "updated_at", "logs.-1.time", "event_at"),
    attributes={
        "number": ("incidentNumber", "incident_number"),
        "alert_source": ("alert_source.name", "alert_source"),
        "assignee": ("assignee.name", "assignee"),
        "events": "event_count",
    },
)
EVENT = IssueMapping(
    name="event of an incident",
    identifies=Identifies.EVENT,
    when=Every((Has("incident_id"), Has("message"), Has("payload"))),
    title="message",
    body=Different("description", than="message"),
    severity=SEVERITY,
    status="payload.status",
    service=SERVICE,
    error_type=ERROR_TYPE,
    team=TEAM,
    environment=ENVIRONMENT,
    external_url=Text("https://app.squadcast.com/incident/{incident_id}"),
    source_created_at="time_of_creation",
)
SENT_EVENT = replace(
    EVENT,
    name="event sent to a service",
    identifies=Identifies.CONDITION,
    when=Every((Has("event_id"), Has("message"), Has("status"))),
    status="status",
    source_created_at=None,
    attributes={"tags": "tags"},
)
EXPORTED = spec.RecordSchema(updated_at=("updated_at",))
PUSHED = spec.RecordSchema(updated_at=("updated_at",))

CONNECTOR = spec.Connector(
    name="squadcast",
    title="Squadcast",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://apidocs.squadcast.com/",
    plan="free",
    base_url="https://api.squadcast.com",
    site=("owner_id",),
    credentials=(
        spec.Field("refresh_token", "Refresh token", help="Profile › API token, of a user with read access."),
    ),
    config=(
        spec.Field(
            "owner_id", "Team", help="The id of the team that owns the incidents.", pattern=r"[A-Za-z0-9]+"
        ),
    ),
    auth=spec.OAuth2(
        token_url="https://auth.squadcast.com/oauth/access-token",
        grant="none",
        client_id=None,
        client_secret=None,
        encoding="query",
        headers=(("X-Refresh-Token", "{refresh_token}"),),
        token_path="data.access_token",
    ),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/v3/incidents/export",
            params=(("type", "json"), ("owner_id", "{owner_id}")),
            records="incidents",
            pages=spec.OnePage(),
            schema=EXPORTED,
            since=spec.Since(
                field="created_at",
                param="start_time",
                until_param="end_time",
                window=timedelta(days=7),
                overlap=timedelta(days=1),
            ),
            refresh=spec.Refresh(path="/v3/incidents/{id}", record="data"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="incident", schema=PUSHED, add=(("event_type", "event_type"),)),
            spec.WebhookEvent(record="payload.incident", schema=PUSHED),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="incident_id"),
                schema=spec.RecordSchema(key="incident_id", updated_at=("time_of_creation",), kind="event"),
            ),
            spec.WebhookEvent(
                record="data.resource_data",
                when=spec.Condition(path="event.resource", values=frozenset({"incident"})),
                schema=spec.RecordSchema(updated_at=("event_at", "updated_at"), kind="event_of_version_2"),
                add=(("event_at", "event.timestamp"),),
            ),
            spec.WebhookEvent(record="data", schema=PUSHED),
            # What monitoring tools send to a service's incoming webhook, where they send it here as well.
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="event_id"),
                schema=spec.RecordSchema(key="event/{event_id}", updated_at=(), kind="sent_event"),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="status"), schema=PUSHED),
        ),
        setup=(
            "Settings › Webhooks: add an outgoing webhook for all incident events with the address and the "
            "header X-Causeloop-Token."
        ),
    ),
    issues=(EVENT, INCIDENT, SENT_EVENT),
)
