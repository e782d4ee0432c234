"""BigPanda incidents of chosen environments by their last change, and its outgoing webhooks."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Different,
    Every,
    Has,
    Instant,
    Match,
    Some,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import FiringStart, Identifies


def tag(names: str) -> tuple[Tag, ...]:
    """A tag of the incident, else of its first alert."""
    return (Tag("incident_tags", names), Tag("tags", names), Tag("alerts.0.tags", names))


def epoch_time(*paths: str) -> tuple[Instant, ...]:
    """Times are epoch seconds; some payloads write them as ISO 8601."""
    return tuple(Instant(path, form) for path in paths for form in (TimeFormat.EPOCH_SECONDS, TimeFormat.ISO))


INCIDENT = IssueMapping(
    name="incident",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("status"),
            Some((Has("alerts"), Has("correlation_matchers_log"), Has("active"), Has("title"))),
            Some((Has("started_at"), Has("start"), Has("updated_at"), Has("changed_at"))),
        )
    ),
    title=(
        "title",
        "alerts.0.condition_name",
        "alerts.0.tags.check",
        *tag("check|alertname"),
        "alerts.0.description",
        *("subtitle", "condition_name", "description"),
        Text("Incident {id}"),
    ),
    body=(
        Different("subtitle", than="title"),
        "description",
        "alerts.0.description",
        "alerts.0.condition_name",
    ),
    severity=(
        "severity",
        "priority",
        Match(tag("severity|priority"), r".+"),
        Match("status", r"(?i)^(critical|warning|unknown)$"),
    ),
    status="status",
    service=(
        *tag("service|application|app"),
        "alerts.0.primary_property.value",
        "alerts.0.primary_property",
        *tag("host"),
    ),
    error_type=tag("check|alertname"),
    team=("assignee.name", *tag("team|owner|support_group")),
    environment=("environment.name", *tag("env|environment"), "environments.0.name", "environments.0"),
    external_url=("incident_url", "url", "share_link", "links.details", "preview_url"),
    source_created_at=epoch_time("started_at", "start"),
    resolved_at=epoch_time("ended_at", "end", "updated_at", "changed_at"),
    attributes={"alerts": "active_alerts", "folders": "folders", "sources": "source_systems"},
)
SENT_ALERT = IssueMapping(
    name="alert sent to BigPanda",
    identifies=Identifies.CONDITION,
    when=Every((Has("status"), Has("timestamp"), Some((Has("check"), Has("description"))))),
    title=("check", "description"),
    body=Different("description", than="check"),
    severity=("severity", Match("status", r"(?i)^(critical|warning)$")),
    status="status",
    service=("service", "application", "host"),
    error_type="check",
    team="team",
    environment=("environment", "env"),
    external_url="link",
    source_created_at=Instant("timestamp", TimeFormat.EPOCH_SECONDS),
    firing_start=FiringStart.CHANGED,
    resolved_at=Instant("timestamp", TimeFormat.EPOCH_SECONDS),
    attributes={"host": "host", "cluster": "cluster"},
)
SCHEMA = spec.RecordSchema(
    updated_at=("updated_at", "changed_at", "last_change"), times=spec.TimeFormat.EPOCH_SECONDS
)
PUSHED = spec.RecordSchema(updated_at=("changed_at", "updated_at"), times=spec.TimeFormat.EPOCH_SECONDS)

CONNECTOR = spec.Connector(
    name="bigpanda",
    title="BigPanda",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://docs.bigpanda.io/reference/incidents-v2",
    plan="enterprise",
    base_url="https://api.bigpanda.io",
    site=(),
    credentials=(spec.Field("api_key", "User API key", help="Of a user who may view the environments."),),
    config=(
        spec.Field(
            "environments",
            "Environments",
            help="Ids of the environments whose incidents count.",
            pattern=r"[A-Za-z0-9_-]+",
            type="list",
        ),
    ),
    auth=spec.Bearer("{api_key}"),
    pulls=(
        spec.Pull(
            name="incidents",
            path="/resources/v2.0/environments/{item}/incidents",
            for_each="environments",
            params=(("sort_by", "last_change"), ("order", "asc"), ("expand", "alerts")),
            records="items",
            pages=spec.NumberedPages(size_param="page_size"),
            schema=SCHEMA,
            since=spec.Since(
                field="updated_at",
                param="query",
                template="last_change >= {since}",
                format=spec.TimeFormat.EPOCH_SECONDS,
                ascending=True,
            ),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="incident",
                schema=PUSHED,
                add=(
                    ("event", "event"),
                    ("incident_url", "incident.incident_url"),
                    ("changed_at", "incident.changed_at"),
                    ("environment", "environment"),
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="alerts"), schema=PUSHED),
            # What monitoring tools send to its alerts API, where they send it here as well.
            *(
                spec.WebhookEvent(
                    record="",
                    when=spec.Condition(path=path),
                    schema=spec.RecordSchema(
                        key=key,
                        updated_at=("timestamp",),
                        times=spec.TimeFormat.EPOCH_SECONDS,
                        kind="sent_alert",
                    ),
                )
                for path, key in (
                    ("incident_identifier", "alert/{incident_identifier}"),
                    ("check", "alert/{host}/{check}"),
                )
            ),
        ),
        setup=(
            "Integrations › New Integration › Webhook: add the address and the header X-Causeloop-Token, "
            "then share incidents automatically with AutoShare."
        ),
    ),
    rate_limit=spec.RateLimit(),
    issues=(INCIDENT, SENT_ALERT),
)
