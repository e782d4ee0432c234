"""PagerDuty incidents: polled by creation, open ones read again, pushed by webhooks; and change events."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Choose, Different, Literal, Matches, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping

HALF_A_YEAR = timedelta(days=180)
IGNORED_TYPES = frozenset(
    {"ping", "service", "incident_note", "incident_status_update", "incident_responder"}
)

INCIDENT = IssueMapping(
    name="incident",
    title="title",
    body=("body.details", Different("description", than="title")),
    severity=("priority.summary", "priority.name", Text("urgency {urgency}")),
    status="status",
    service="service.summary",
    team="teams.0.summary",
    external_url="html_url",
    source_created_at="created_at",
    resolved_at=("resolved_at", "last_status_change_at", "occurred_at"),
    attributes={
        "incident_number": ("incident_number", "number"),
        "incident_key": "incident_key",
        "urgency": "urgency",
        "escalation_policy": "escalation_policy.summary",
    },
)
CHANGE = ChangeMapping(
    name="change event",
    # Change events have no type: the kind is derived from their summary.
    change_kind=Choose(
        Matches("summary", r"\bfeature.?flag|\bflag\b"),
        Literal("feature_flag"),
        Choose(
            Matches("summary", r"\bconfig"),
            Literal("config_change"),
            Choose(
                Matches("summary", r"\bdeploy|\broll(ed)?.?(out|back)"),
                Literal("deploy"),
                Choose(Matches("summary", r"\brelease"), Literal("release")),
            ),
        ),
    ),
    title="summary",
    service=("services.0.summary", "services.0.name"),
    environment=("custom_details.environment", "custom_details.env"),
    external_url=("links.0.href", "html_url"),
    changed_at="timestamp",
)

CONNECTOR = spec.Connector(
    name="pagerduty",
    title="PagerDuty",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://developer.pagerduty.com/api-reference/9d0b4b12e36f9-list-incidents",
    plan="free",
    base_url="https://api.pagerduty.com",
    credentials=(spec.Field("api_token", "API key", help="A read-only REST API key."),),
    auth=spec.Headers((("Authorization", "Token token={api_token}"),)),
    headers=(("Accept", "application/vnd.pagerduty+json;version=2"),),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/incidents",
            params=(("sort_by", "created_at:asc"), ("time_zone", "UTC")),
            records="incidents",
            pages=spec.OffsetPages(more="more"),
            schema=spec.RecordSchema(updated_at=("updated_at", "last_status_change_at", "created_at")),
            since=spec.Since(
                field="created_at",  # since and until filter by nothing else, hence the refresh
                param="since",
                until_param="until",
                ascending=True,
                restart_after=9_900,  # limit + offset may not pass 10,000
                window=HALF_A_YEAR,
                overlap=timedelta(hours=1),
            ),
            refresh=spec.Refresh(path="/incidents/{id}", record="incident"),
        ),
        spec.Pull(
            name="changes",
            path="/change_events",
            records="change_events",
            pages=spec.OffsetPages(more="more"),
            schema=spec.RecordSchema(key="change/{id}", updated_at=("timestamp",), kind="change"),
            since=spec.Since(
                field="timestamp",
                param="since",
                until_param="until",
                window=HALF_A_YEAR,
                cap=10_000,
            ),
            optional=True,
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.HmacSignature("x-pagerduty-signature", prefix="v1=", separator=","),),
        delivery_path="event.id",
        ignore=(spec.Condition(path="event.data.type", values=IGNORED_TYPES),),
        events=(
            spec.WebhookEvent(
                record="event.data",
                schema=spec.RecordSchema(updated_at=("occurred_at",), kind="event"),
                add=(("occurred_at", "event.occurred_at"), ("event_type", "event.event_type")),
            ),
        ),
        setup="Integrations › Generic Webhooks (v3): subscribe to all incident events.",
    ),
    issues=(INCIDENT,),
    changes=(CHANGE,),
    rate_limit=spec.RateLimit(remaining="ratelimit-remaining", reset="ratelimit-reset"),
)
