"""Entries of the Azure activity log, as it is exported and as its API lists them."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Is,
    Literal,
    Match,
    Not,
    Some,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import Identifies

FAILURES = ("failed", "failure", "fail", "error")
NOT_FAILURES = frozenset({"Start", "Started", "Accept", "Accepted"})
SUCCESSES = frozenset({"Success", "Succeeded"})


def last_name(*paths: str) -> tuple[Match, ...]:
    """The name at the end of a resource's id."""
    return tuple(Match(path, r"/([^/]+)/?$") for path in paths)


def resource_group(*paths: str) -> tuple[Match, ...]:
    """The resource group in a resource's id."""
    return tuple(
        Match(path, r"/[rR][eE][sS][oO][uU][rR][cC][eE][gG][rR][oO][uU][pP][sS]/([^/]+)") for path in paths
    )


LOGGED = IssueMapping(
    name="entry of the activity log",
    identifies=Identifies.EVENT,
    when=Every(
        (
            Has("operationName"),
            Has("category"),
            Has("resourceId"),
            Not(Is(("resultType", "status.value"), tuple(sorted(SUCCESSES | NOT_FAILURES)))),
        )
    ),
    title=(
        "properties.title",
        "properties.recommendationName",
        Concat(
            (("operationName.localizedValue", "operationName"), Literal(": "), ("resultType", "status.value"))
        ),
    ),
    body=("properties.statusMessage", "properties.message", "resultDescription", "description"),
    severity=("level", "properties.recommendationImpact"),
    status=("resultType", "status.value"),
    service=last_name("resourceId"),
    environment=resource_group("resourceId"),
    error_type=("resultSignature", "operationName.value", "operationName"),
    source_created_at=("time", "eventTimestamp"),
    resolved_at=("time", "eventTimestamp"),
    attributes={"caller": ("caller", "callerIpAddress"), "category": ("category.value", "category")},
)
OPERATION = ChangeMapping(
    name="operation of the activity log",
    when=Every((Has("operationName"), Some((Has("resultType"), Has("status"))))),
    change_kind=Literal("config_change"),
    title=Concat(
        (("operationName.localizedValue", "operationName"), Literal(": "), *last_name("resourceId"))
    ),
    service=last_name("resourceId"),
    environment=resource_group("resourceId"),
    changed_at=("time", "eventTimestamp"),
)


def _receive_entry(path: str, results: frozenset[str] | None, schema: spec.RecordSchema) -> spec.WebhookEvent:
    """An entry of the activity log by its result."""
    return spec.WebhookEvent(
        record="", when=spec.Condition(path=path, values=results or frozenset()), schema=schema
    )


ENTRY_KEY = "{correlationId}/{operationName}/{resourceId}"
IGNORED_ENTRIES = (
    spec.Condition(path="resultType", values=NOT_FAILURES),
    spec.Condition(path="status.value", values=NOT_FAILURES),
)


def receive_log_events() -> tuple[spec.WebhookEvent, ...]:
    """Entries by their result: operations that succeeded are changes, all others issues."""
    return (
        _receive_entry(
            "resultType",
            SUCCESSES,
            spec.RecordSchema(key=f"change/{ENTRY_KEY}", updated_at=(), kind="change"),
        ),
        _receive_entry("resultType", None, spec.RecordSchema(key=ENTRY_KEY, updated_at=(), kind="log")),
        _receive_entry(
            "status.value",
            SUCCESSES,
            spec.RecordSchema(key="change/{eventDataId}", updated_at=("eventTimestamp",), kind="change"),
        ),
        _receive_entry(
            "eventDataId",
            None,
            spec.RecordSchema(
                key="eventDataId",
                updated_at=("eventTimestamp",),
                kind="log",
                keep=Among("status.value", FAILURES),
            ),
        ),
    )
