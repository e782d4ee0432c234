"""Reads a webhook delivery into records: signature first, then the body; what cannot be read is quarantined.

Header names are expected in lower case.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.json_paths import ANY_ENTRY, find_value, find_values
from causeloop_pipeline.connectors.spec import Condition, Connector, Webhook, WebhookEvent
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.signature import SignatureError, verify
from causeloop_pipeline.landing.json_guard import (
    MAX_BYTES,
    REPLACEMENT,
    GuardError,
    parse_loosely,
    read_embedded,
    read_json_text,
)
from causeloop_pipeline.model.raw_record import CHANGES, Quarantined, RawRecord

MAX_DELIVERY_ID = 200


@dataclass(frozen=True)
class WebhookDelivery:
    """The records of one delivery. The delivery id, where the tool has one, identifies a redelivery."""

    records: list[RawRecord]
    quarantined: list[Quarantined]
    delivery_id: str | None


def receive(
    connector: Connector,
    *,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    config: Mapping[str, Any] | None = None,
    url: str = "",
) -> WebhookDelivery:
    """The records of a delivery; raises only SignatureError, where the signature is not valid."""
    verify_delivery(connector, headers=headers, body=body, secrets=secrets, now=now, config=config, url=url)
    return read_delivery(connector, body, headers=headers, config=config)


def verify_delivery(
    connector: Connector,
    *,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    config: Mapping[str, Any] | None = None,
    url: str = "",
) -> None:
    """Raises SignatureError unless the signature of a delivery is valid."""
    try:
        webhook = require_webhook(connector.resolve(config or {}))
    except DeclarationError as error:
        raise SignatureError(f"the connector's declaration is not understood any more: {error}") from None
    verify(webhook.signatures, headers=headers, body=body, secrets=secrets, now=now, url=url)


def read_delivery(
    connector: Connector,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> WebhookDelivery:
    """The records of a delivery whose signature was verified, or that is replayed from quarantine."""
    connector = connector.resolve(config or {})
    webhook = require_webhook(connector)
    delivery_id = (headers or {}).get(webhook.delivery_header or "")
    try:
        document = parse_loosely(body, max_bytes=MAX_BYTES)
    except GuardError as error:
        return WebhookDelivery([], [Quarantined(connector.name, body, str(error))], delivery_id)
    if delivery_id is None and webhook.delivery_path:
        delivery_id = _read_delivery_id(document, webhook.delivery_path)
    outcomes = _read_whole(connector, document, body, config)
    records = [outcome for outcome in outcomes if isinstance(outcome, RawRecord)]
    quarantined = [outcome for outcome in outcomes if isinstance(outcome, Quarantined)]
    return WebhookDelivery(records, quarantined, delivery_id)


def _read_whole(
    connector: Connector, document: Any, body: bytes, config: Mapping[str, Any] | None
) -> list[RawRecord | Quarantined]:
    """The records of a body; where that is a list which is no known event, those of each of its entries."""
    whole = read_document(connector, document, config=config)
    if whole is not None:
        return [outcome for outcome in whole if outcome is not None]
    entries = document if isinstance(document, list) else []
    read = [read_document(connector, entry, config=config) for entry in entries]
    if not any(outcomes is not None for outcomes in read):
        return [_refuse(connector, body)]
    return [
        outcome
        for entry, outcomes in zip(entries, read, strict=True)
        for outcome in ([_refuse(connector, json.dumps(entry).encode())] if outcomes is None else outcomes)
        if outcome is not None
    ]


def _refuse(connector: Connector, body: bytes) -> Quarantined:
    places = ", ".join(repr(event.record) for event in require_webhook(connector).events)
    return Quarantined(connector.name, body, f"not a known event: no record at {places}")


def read_document(
    connector: Connector, document: Any, *, config: Mapping[str, Any] | None = None
) -> list[RawRecord | Quarantined | None] | None:
    """The outcome of each record of a webhook's body, empty for a ping; None where no known event matches."""
    webhook = require_webhook(connector)
    document, first = _recognize(webhook, document)
    if _is_ignored(webhook, document):
        return []
    for named in webhook.ids_only:
        if _holds(named.when, document):
            return [Quarantined(connector.name, json.dumps(document).encode(), named.reason)]
    if first is None:
        carried = _unwrap(document)
        return None if carried is None else read_document(connector, carried, config=config)
    fitting = [event for event in webhook.events if _matches(event, document)]
    return [
        outcome
        for path in _list_paths(fitting, document)
        for outcome in _read_list(
            connector, [event for event in fitting if event.record == path], document, config
        )
    ]


def _read_list(
    connector: Connector,
    events: Sequence[WebhookEvent],
    document: Any,
    config: Mapping[str, Any] | None,
) -> list[RawRecord | Quarantined | None]:
    """What the first event makes of each record; what its filter leaves out, that of another may keep.

    A record that tells of a change may also be the success of a job, which other events' filters keep.
    """
    read = _read_first(connector, events, document, config)
    if events[0].schema.kind not in CHANGES:
        return read
    others = [event for event in events if event.schema.kind not in CHANGES and event.schema.keep is not None]
    beside = _read_first(connector, others, document, config) if others else []
    return read + [
        outcome
        for outcome, change in zip(beside, read, strict=False)
        if isinstance(outcome, RawRecord)
        and isinstance(change, RawRecord)
        and outcome.external_id != change.external_id
    ]


def _read_first(
    connector: Connector,
    events: Sequence[WebhookEvent],
    document: Any,
    config: Mapping[str, Any] | None,
) -> list[RawRecord | Quarantined | None]:
    """What the first event that keeps a record makes of it; events without a filter count only as first."""
    outcomes: list[RawRecord | Quarantined | None] = [None] * len(_find_content(events[0], document))
    for event in events:
        if None in outcomes and (event is events[0] or event.schema.keep is not None):
            outcomes = [
                extract(connector.name, event.schema, record, channel="webhook", config=config)
                if outcome is None
                else outcome
                for outcome, record in zip(outcomes, _list_records(event, document), strict=True)
            ]
    return outcomes


def _unwrap(document: Any) -> Any:
    """What a push of Google Pub/Sub carries; None where the document is none, or carries no JSON."""
    text = find_value(document, "message.data")
    return read_json_text(text) if isinstance(text, str) and text else None


def _list_paths(fitting: Sequence[WebhookEvent], document: Any) -> Iterable[str]:
    """Where the first event has its records and, where that is a list, the paths of the document's others."""
    first = fitting[0]
    if not _is_list(first, document):
        return [first.record]
    return dict.fromkeys(event.record for event in fitting if _is_list(event, document))


def is_named_delivery(connector: Connector, document: Any) -> bool:
    """Whether a word in the document, such as the name of an event, says that it is a delivery."""
    webhook = require_webhook(connector)
    document, event = _recognize(webhook, document)
    return _is_ignored(webhook, document) or bool(event and event.when and event.when.values)


def is_recognized_delivery(connector: Connector, document: Any) -> bool:
    """Whether a condition of the connector's webhook fits the document, and not only its shape."""
    if connector.webhook is None:
        return False
    _, event = _recognize(connector.webhook, document)
    return event is not None and event.when is not None


def answer_challenge(connector: Connector, headers: Mapping[str, str]) -> dict[str, str] | None:
    """The answer to a tool's one-time check that the address is ours; None where there is no challenge."""
    webhook = connector.webhook
    if webhook is None or webhook.challenge_header is None:
        return None
    value = headers.get(webhook.challenge_header)
    return None if value is None else {webhook.challenge_answer: value}


def require_webhook(connector: Connector) -> Webhook:
    """The connector's webhook; a connector that only polls accepts no delivery at all."""
    if connector.webhook is None:
        raise SignatureError(f"{connector.title} takes no webhooks")
    return connector.webhook


def _read_delivery_id(document: Any, path: str) -> str | None:
    """The id of the delivery as PostgreSQL can store it; None where there is none."""
    value = find_value(document, path)
    if not isinstance(value, str | int) or value == "":
        return None
    text = str(value)[:MAX_DELIVERY_ID].replace("\0", REPLACEMENT)
    return text if _is_storable(text) else None


def _is_storable(text: str) -> bool:
    """Whether a text holds no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _recognize(webhook: Webhook, document: Any) -> tuple[Any, WebhookEvent | None]:
    """The document with what is embedded in it, and the first event that fits it."""
    document = read_embedded(document, webhook.embedded)
    return document, next((event for event in webhook.events if _matches(event, document)), None)


def _is_list(event: WebhookEvent, document: Any) -> bool:
    return ANY_ENTRY in event.record or isinstance(find_value(document, event.record), list)


def _is_ignored(webhook: Webhook, document: Any) -> bool:
    return any(_holds(condition, document) for condition in webhook.ignore)


def _matches(event: WebhookEvent, document: Any) -> bool:
    if event.when is not None and not _holds(event.when, document):
        return False
    if ANY_ENTRY in event.record:
        return bool(find_values(document, event.record))
    return find_value(document, event.record) is not None


def _holds(condition: Condition, document: Any) -> bool:
    value = find_value(document, condition.path)
    return str(value) in condition.values if condition.values else value is not None


def _find_content(event: WebhookEvent, document: Any) -> list[Any]:
    """What the event's path leads to, as a list."""
    if ANY_ENTRY in event.record:
        return find_values(document, event.record)
    content = find_value(document, event.record)
    return [] if content is None else content if isinstance(content, list) else [content]


def _list_records(event: WebhookEvent, document: Any) -> list[Any]:
    """The event's records, each with what it takes over from the document around it."""
    context = {key: find_value(document, path) for key, path in event.add}
    return [_extend(record, context) for record in _find_content(event, document)]


def _extend(record: Any, context: Mapping[str, Any]) -> Any:
    if not isinstance(record, dict):
        return record
    return record | {key: value for key, value in context.items() if value is not None or key not in record}
