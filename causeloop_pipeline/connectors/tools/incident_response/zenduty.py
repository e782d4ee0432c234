"""Zenduty incidents, read again until they are resolved, and its outgoing webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Different, Every, Has, Tag, Text
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every((Has("title"), Has("status"), Has("incident_number"))),
    title="title",
    body=Different("summary", than="title"),
    severity=("team_priority_object.name", "team_priority.name", "priority_name", Text("urgency {urgency}")),
    status="status",
    service=("service_object.name", "service.name", "service_name"),
    error_type=Tag("tags", "error_type|error"),
    team=("team_object.name", "service_object.team_name", "team_name", "escalation_policy_object.name"),
    environment=Tag("tags", "env|environment"),
    external_url=(
        "incident_url",
        "html_url",
        "url",
        Text("https://www.zenduty.com/dashboard/incidents/{incident_number}/"),
    ),
    source_created_at="creation_date",
    resolved_at=("resolved_date", "context_window_end"),
    attributes={
        "id": "unique_id",
        "incident_key": "incident_key",
        "escalation_policy": "escalation_policy_object.name",
        "assigned_to": "assigned_to_name",
    },
)
LISTED = spec.RecordSchema(
    key="incident_number", updated_at=("resolved_date", "acknowledged_date", "creation_date")
)
# A push that reopens an incident moves none of its times.
PUSHED = spec.RecordSchema(key="incident_number", updated_at=())

CONNECTOR = spec.Connector(
    name="zenduty",
    title="Zenduty",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://apidocs.zenduty.com/",
    plan="free",
    base_url="https://www.zenduty.com",
    credentials=(spec.Field("api_key", "API key", help="Account › API keys."),),
    auth=spec.Headers((("Authorization", "Token {api_key}"),)),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/api/incidents/",
            records="results",
            pages=spec.NextUrlPages(url="next"),
            schema=LISTED,
            since=spec.Since(field="creation_date"),
            refresh=spec.Refresh(path="/api/incidents/{id}/", record="", ids=r"(?P<id>\d+)"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="payload.incident", schema=PUSHED, add=(("event_type", "payload.event_type"),)
            ),
            spec.WebhookEvent(record="incident", schema=PUSHED, add=(("event_type", "event_type"),)),
            spec.WebhookEvent(record="", when=spec.Condition(path="incident_number"), schema=PUSHED),
        ),
        setup=(
            "Teams › Services › Integrations › Outgoing: add a webhook with the address and the header "
            "X-Causeloop-Token for triggered, acknowledged and resolved incidents."
        ),
    ),
    issues=(INCIDENT,),
)
