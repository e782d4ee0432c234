"""Which events of a connector's webhook a body is of, and the records that they find in it."""

from collections.abc import Mapping
from typing import Any

from causeloop_pipeline.connectors.json_paths import ANY_ENTRY, find_value, find_values
from causeloop_pipeline.connectors.spec import Condition, Webhook, WebhookEvent
from causeloop_pipeline.landing.json_guard import read_embedded


def recognize(webhook: Webhook, document: Any) -> tuple[Any, WebhookEvent | None]:
    """The document with what is embedded in it, and the first event that fits it."""
    document = read_embedded(document, webhook.embedded)
    return document, next((event for event in webhook.events if is_fitting(event, document)), None)


def is_list(event: WebhookEvent, document: Any) -> bool:
    """Whether an event's path leads to a list."""
    return ANY_ENTRY in event.record or isinstance(find_value(document, event.record), list)


def is_ignored(webhook: Webhook, document: Any) -> bool:
    """Whether a body is one that the type passes over."""
    return any(is_held(condition, document) for condition in webhook.ignore)


def is_fitting(event: WebhookEvent, document: Any) -> bool:
    """Whether a body is of an event."""
    if event.when is not None and not is_held(event.when, document):
        return False
    if ANY_ENTRY in event.record:
        return bool(find_values(document, event.record))
    return find_value(document, event.record) is not None


def is_held(condition: Condition, document: Any) -> bool:
    """Whether a condition holds for a body."""
    value = find_value(document, condition.path)
    return str(value) in condition.values if condition.values else value is not None


def find_content(event: WebhookEvent, document: Any) -> list[Any]:
    """What the event's path leads to, as a list."""
    if ANY_ENTRY in event.record:
        return find_values(document, event.record)
    content = find_value(document, event.record)
    return [] if content is None else content if isinstance(content, list) else [content]


def list_event_records(event: WebhookEvent, document: Any) -> list[Any]:
    """The event's records, each with what it takes over from the document around it."""
    context = {key: find_value(document, path) for key, path in event.add}
    return [_extend(record, context) for record in find_content(event, document)]


def _extend(record: Any, context: Mapping[str, Any]) -> Any:
    if not isinstance(record, dict):
        return record
    return record | {key: value for key, value in context.items() if value is not None or key not in record}
