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


def event_tag(path: str, name: str) -> tuple[Expression, ...]:
    """The value of a tag among objects or pairs such as `["environment", "staging"]`."""
    return (Tag(path, name), Match(path, rf'\["{name}", "([^"]+)"\]'))


SDK_EVENT = IssueMapping(
    name="event of an SDK",
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
    service=("project_name", *event_tag("tags", "service"), "project"),
    error_type="exception.values.-1.type",
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
