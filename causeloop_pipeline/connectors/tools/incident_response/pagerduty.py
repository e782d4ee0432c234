"""PagerDuty incidents, polled and pushed, open ones read again; change events; and what tools send to it."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Different,
    Every,
    Has,
    Literal,
    Match,
    Matches,
    Not,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies

FORMER = ("created_on", "last_status_change_on", "trigger_summary_data.subject")
HALF_A_YEAR = timedelta(days=180)
UPDATED_AT = ("updated_at", "last_status_change_at", "last_status_change_on", "created_at", "created_on")
IGNORED_MESSAGES = ("ping", "service", "incident_note", "incident_status_update", "incident_responder")
IGNORED_DETAILS = ("incident_field_values", "incident_workflow_instance", "incident_conference_bridge")
IGNORED_TYPES = frozenset((*IGNORED_MESSAGES, *IGNORED_DETAILS))

INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every((Has("status"), Some((Has("incident_number"), Has("number"))))),
    title=("title", Match("summary", r"^(?:\[#\d+\] )?(.+)$"), "trigger_summary_data.subject"),
    body=("body.details", Different("description", than="title")),
    severity=("priority.summary", "priority.name", Text("urgency {urgency}")),
    status="status",
    service=("service.summary", "service.name"),
    team="teams.0.summary",
    external_url="html_url",
    source_created_at=("created_at", "created_on"),
    resolved_at=("resolved_at", "last_status_change_at", "last_status_change_on", "occurred_at"),
    attributes={
        "incident_number": ("incident_number", "number"),
        "incident_key": "incident_key",
        "urgency": "urgency",
        "escalation_policy": "escalation_policy.summary",
    },
)
ALERT = IssueMapping(
    name="alert",
    identifies=Identifies.EVENT,
    when=Every((Has("status"), Has("alert_key"))),
    title="summary",
    body=Different("body.details.description", than="summary"),
    severity=("severity", "priority.summary"),
    status="status",
    service="service.summary",
    error_type="body.cef_details.event_class",
    external_url="html_url",
    source_created_at="created_at",
    resolved_at=("resolved_at", "updated_at"),
    attributes={"alert_key": "alert_key", "incident": "incident.id"},
)


def map_message(name: str, incident: str) -> IssueMapping:
    """A message of the old webhooks, whose incident is at the path."""
    return IssueMapping(
        name=name,
        identifies=Identifies.EVENT,
        when=Every((Has(f"{incident}.status"), Has(f"{incident}.id"))),
        title=(
            f"{incident}.title",
            f"{incident}.summary",
            f"{incident}.trigger_summary_data.subject",
            f"{incident}.trigger_summary_data.description",
        ),
        body=Different(f"{incident}.description", than=f"{incident}.title"),
        severity=(
            f"{incident}.priority.summary",
            f"{incident}.priority.name",
            Text(f"urgency {{{incident}.urgency}}"),
        ),
        status=f"{incident}.status",
        service=(f"{incident}.service.summary", f"{incident}.service.name"),
        team=(f"{incident}.teams.0.summary", f"{incident}.teams.0.name"),
        external_url=f"{incident}.html_url",
        source_created_at=(f"{incident}.created_at", f"{incident}.created_on"),
        resolved_at=(
            f"{incident}.last_status_change_at",
            f"{incident}.last_status_change_on",
            "created_on",
        ),
        attributes={
            "incident_number": f"{incident}.incident_number",
            "incident_key": f"{incident}.incident_key",
            "urgency": f"{incident}.urgency",
            "escalation_policy": f"{incident}.escalation_policy.summary",
        },
    )


SENT_EVENT = IssueMapping(
    name="event of the Events API",
    identifies=Identifies.CONDITION,
    when=Some((Has("event_action"), Has("service_key"))),
    # Only what triggers an alert must have a text: of what follows, the newest before it is kept.
    title=("summary", "payload.summary", "description", "dedup_key", "incident_key"),
    severity=("severity", "payload.severity"),
    status=("event_action", "event_type"),
    service=("custom_details.service", "component", "payload.component", "source", "payload.source"),
    error_type=("class", "payload.class"),
    team="custom_details.team",
    environment=("custom_details.environment", "custom_details.env"),
    external_url=("client_url", "links.0.href"),
    source_created_at="timestamp",
    firing_start=FiringStart.CHANGED,
    resolved_at="payload.timestamp",
    attributes={name: name for name in ("source", "component", "group", "client")}
    | {"details": ("custom_details", "details")},
)


def has_dedup_key(event: spec.Record) -> bool:
    """Whether an event says to which alert it belongs."""
    return bool(event.get("dedup_key"))


def has_timestamp(event: spec.Record) -> bool:
    """Whether an event says when it happened."""
    return bool(event.get("timestamp"))


def has_neither(event: spec.Record) -> bool:
    """Whether nothing but its text and its source tells an event from another."""
    return not (has_dedup_key(event) or has_timestamp(event))


SENT = frozenset({"trigger"})
BEGINNING = r"^((.|\n){1,500})"
AROUND = tuple((key, key) for key in ("dedup_key", "event_action", "client", "client_url", "links"))
FOLLOWING = frozenset({"acknowledge", "resolve"})
EVENTS_API = (
    spec.WebhookEvent(
        record="",
        when=spec.Condition(path="event_action", values=FOLLOWING),
        schema=spec.RecordSchema(key="dedup_key", updated_at=("payload.timestamp",), kind="event"),
    ),
    spec.WebhookEvent(
        record="",
        when=spec.Condition(path="event_type", values=SENT),
        schema=spec.RecordSchema(key="incident_key", updated_at=(), kind="trigger"),
    ),
    spec.WebhookEvent(
        record="",
        when=spec.Condition(path="service_key"),
        schema=spec.RecordSchema(key="incident_key", updated_at=(), kind="event"),
    ),
    *(
        spec.WebhookEvent(
            record="payload",
            when=spec.Condition(path="event_action", values=SENT),
            schema=spec.RecordSchema(
                key=key, key_pattern=BEGINNING, updated_at=("timestamp",), kind="trigger", keep=keep
            ),
            add=AROUND,
        )
        for key, keep in (
            ("dedup_key", has_dedup_key),
            ("{source}/{timestamp}/{summary}", has_timestamp),
            ("{source}/{summary}", has_neither),
        )
    ),
    *(
        spec.WebhookEvent(
            record="payload",
            when=spec.Condition(path="payload.summary"),
            schema=spec.RecordSchema(
                key=key, key_pattern=BEGINNING, updated_at=("timestamp",), kind="change", keep=keep
            ),
            add=(("links", "links"),),
        )
        for key, keep in (
            ("change/{timestamp}/{summary}", has_timestamp),
            ("change/{summary}", has_neither),
        )
    ),
)

CHANGE = ChangeMapping(
    name="change event",
    when=Every((Has("summary"), Some((Has("timestamp"), Not(Has("type")))))),
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
    service=("services.0.summary", "services.0.name", "custom_details.service"),
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
    site=(),
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
            schema=spec.RecordSchema(updated_at=UPDATED_AT),
            undescribed=FORMER,
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
            *(
                spec.WebhookEvent(
                    record="messages",
                    when=spec.Condition(path=f"messages.0.{incident}"),
                    schema=spec.RecordSchema(
                        key=f"{incident}.id", updated_at=("created_on",), kind="message"
                    ),
                )
                for incident in ("incident", "data.incident")
            ),
            spec.WebhookEvent(
                record="alerts",
                when=spec.Condition(path="alerts.0.alert_key"),
                schema=spec.RecordSchema(updated_at=("updated_at", "created_at")),
            ),
            *EVENTS_API,
        ),
        setup="Integrations › Generic Webhooks (v3): subscribe to all incident events.",
    ),
    issues=(
        map_message("webhook of version 2", "incident"),
        map_message("webhook of version 1", "data.incident"),
        SENT_EVENT,
        ALERT,
        INCIDENT,
    ),
    changes=(CHANGE,),
    rate_limit=spec.RateLimit(remaining="ratelimit-remaining", reset="ratelimit-reset"),
)
