"""Events as Sentry's SDKs write them, and the tags of events in each of their forms."""

from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Different,
    Every,
    Expression,
    Has,
    Instant,
    Literal,
    Match,
    Some,
    Tag,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Once
from causeloop_pipeline.model.issue import Identifies

EVENTS = "sdk_events"
"""Where the events of an envelope stand, once it is read."""


def event_tag(path: str, name: str) -> tuple[Expression, ...]:
    """The value of a tag among objects or pairs such as `["environment", "staging"]`."""
    return (Tag(path, name), Match(path, rf'\["{name}", "([^"]+)"\]'))


SDK_EVENT = IssueMapping(
    name="event of an SDK",
    identifies=Identifies.EVENT,
    when=Every((Has("event_id"), Some((Has("exception"), Has("message"), Has("logentry"))))),
    title=(
        "title",
        Concat(("exception.values.-1.type", Literal(": "), "exception.values.-1.value")),
        "exception.values.-1.type",
        *("logentry.formatted", "logentry.message", "message.formatted", "message"),
    ),
    body=Different(("exception.values.-1.value", "transaction", "culprit"), than="title"),
    severity="level",
    status=Literal("unresolved"),
    service=(
        "project_name",
        *event_tag("tags", "service"),
        "tags.service",
        "project",
        Match("release", r"^([\w.-]+)@"),
        "server_name",
    ),
    error_type=("exception.values.-1.type", "logger"),
    team=("tags.team", *event_tag("tags", "team")),
    environment=("environment", *event_tag("tags", "environment")),
    source_created_at=("timestamp", Instant("timestamp", TimeFormat.EPOCH_SECONDS)),
    attributes={
        "platform": "platform",
        "release": "release",
        "server": "server_name",
        "logger": "logger",
        "transaction": "transaction",
    },
)
PLUGIN = IssueMapping(
    name="webhook of the former plugin",
    identifies=Identifies.GROUP,
    when=Every((Has("id"), Has("url"), Some((Has("project_slug"), Has("project"))), Has("event"))),
    title=("event.title", "message", "event.metadata.title", "culprit"),
    body=Different(("message", "event.logentry.formatted", "culprit"), than="event.title"),
    severity=("level", "event.level"),
    status=Literal("unresolved"),
    service=("project_slug", "project_name", "project"),
    error_type=("event.metadata.type", "event.exception.values.0.type", "event.type"),
    environment=(
        "event.environment",
        *event_tag("event.tags", "environment"),
        "event.sentry\\.interfaces\\.Http.env.ENV",
    ),
    external_url="url",
    source_created_at=(
        "event.datetime",
        Instant(("event.timestamp", "event.received"), TimeFormat.EPOCH_SECONDS),
    ),
    occurrences=Once(
        at=("event.datetime", Instant(("event.timestamp", "event.received"), TimeFormat.EPOCH_SECONDS))
    ),
    attributes={"culprit": "culprit", "logger": "logger", "platform": "event.platform"},
)
LISTED_EVENT = IssueMapping(
    name="event of the API",
    identifies=Identifies.GROUP,
    when=Every((Has("eventID"), Has("groupID"))),
    title=("title", "message"),
    body=Different(("metadata.value", "message", "culprit"), than="title"),
    severity=(Tag("tags", "level"), "level"),
    status=Literal("unresolved"),
    service=("projectSlug", "project.slug", "projectID"),
    error_type=("metadata.type", "event.type"),
    environment=Tag("tags", "environment"),
    source_created_at=("dateCreated", "dateReceived"),
    occurrences=Once(at=("dateCreated", "dateReceived")),
    attributes={"culprit": "culprit", "platform": "platform"},
)
