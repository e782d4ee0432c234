"""Reads a webhook delivery into records: signature first, then the body; what cannot be read is quarantined.

Header names are expected in lower case.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.spec import Connector, Webhook, WebhookEvent
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.any_form import read_any_form
from causeloop_pipeline.landing.inbound.fitting_events import (
    find_content,
    is_fitting,
    is_held,
    is_ignored,
    is_list,
    list_event_records,
    recognize,
)
from causeloop_pipeline.landing.inbound.signature import SignatureError, verify
from causeloop_pipeline.landing.json_guard import MAX_BYTES, GuardError, parse_loosely, read_json_text
from causeloop_pipeline.landing.messages.lists import parse_body
from causeloop_pipeline.landing.storable import replace_unstorable
from causeloop_pipeline.model.raw_record import (
    CHANGES,
    NoFailure,
    Outcome,
    Quarantined,
    RawRecord,
    count_no_failures,
)

MAX_DELIVERY_ID = 200

NO_NEWS = "a ping, or a state of which the type lands none"


@dataclass(frozen=True)
class WebhookDelivery:
    """The records of one delivery. The delivery id, where the tool has one, identifies a redelivery."""

    records: list[RawRecord]
    quarantined: list[Quarantined]
    delivery_id: str | None
    no_failures: Counter[str] = field(default_factory=Counter)
    """Why entries of it tell of no failure and are not landed, and how many."""


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
        raise SignatureError(f"the connector's declaration is no longer understood: {error}") from None
    verify(webhook.signatures, headers=headers, body=body, secrets=secrets, now=now, url=url)


def read_delivery(
    connector: Connector,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> WebhookDelivery:
    """The records of a delivery whose signature was verified, or that is replayed from quarantine."""
    connector = connector.configure(config or {}) if connector.configure else connector
    webhook = require_webhook(connector)
    delivery_id = (headers or {}).get(webhook.delivery_header or "")
    try:
        document = _parse(webhook, body, (headers or {}).get("content-type", ""))
    except GuardError as error:
        return WebhookDelivery([], [Quarantined(connector.name, body, str(error))], delivery_id)
    if delivery_id is None and webhook.delivery_path:
        delivery_id = _read_delivery_id(document, webhook.delivery_path)
    outcomes = _read_whole(connector, document, body, config)
    records = [outcome for outcome in outcomes if isinstance(outcome, RawRecord)]
    quarantined = [outcome for outcome in outcomes if isinstance(outcome, Quarantined)]
    return WebhookDelivery(records, quarantined, delivery_id, count_no_failures(outcomes))


def _parse(webhook: Webhook, body: bytes, media_type: str) -> Any:
    if webhook.takes_any_form:
        return parse_body(body, max_bytes=MAX_BYTES, media_type=media_type)
    return parse_loosely(body, max_bytes=MAX_BYTES)


def _read_whole(
    connector: Connector, document: Any, body: bytes, config: Mapping[str, Any] | None
) -> list[Outcome]:
    """What became of the entries of a body, also where it is a list of bodies."""
    whole = read_document(connector, document, config=config)
    if whole is not None:
        return whole or [NoFailure(NO_NEWS)]
    entries = document if isinstance(document, list) else []
    read = [read_document(connector, entry, config=config) for entry in entries]
    if not any(outcomes is not None for outcomes in read):
        return [_refuse(connector, body)]
    return [
        outcome
        for entry, outcomes in zip(entries, read, strict=True)
        for outcome in (
            [_refuse(connector, json.dumps(entry).encode())]
            if outcomes is None
            else outcomes or [NoFailure(NO_NEWS)]
        )
    ]


def _refuse(connector: Connector, body: bytes) -> Quarantined:
    places = ", ".join(repr(event.record) for event in require_webhook(connector).events)
    return Quarantined(connector.name, body, f"not a known event: no record at {places}")


def read_document(
    connector: Connector, document: Any, *, config: Mapping[str, Any] | None = None
) -> list[Outcome] | None:
    """The outcome of each record of a webhook's body, empty for a ping; None where no known event matches."""
    webhook = require_webhook(connector)
    document, first = recognize(webhook, document)
    if webhook.takes_any_form:
        return read_any_form(connector.name, webhook.events[0].schema, document, config)
    if is_ignored(webhook, document):
        return []
    for named in webhook.ids_only:
        if is_held(named.when, document):
            return [Quarantined(connector.name, json.dumps(document).encode(), named.reason)]
    if first is None:
        carried = _unwrap(document)
        return None if carried is None else read_document(connector, carried, config=config)
    fitting = [event for event in webhook.events if is_fitting(event, document)]
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
) -> list[Outcome]:
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
) -> list[Outcome]:
    """What the first event that keeps a record makes of it; events without a filter count only as first."""
    outcomes: list[Outcome | None] = [None] * len(find_content(events[0], document))
    for event in events:
        is_left = any(outcome is None or isinstance(outcome, NoFailure) for outcome in outcomes)
        if is_left and (event is events[0] or event.schema.keep is not None):
            outcomes = [
                extract(connector.name, event.schema, record, channel="webhook", config=config)
                if outcome is None or isinstance(outcome, NoFailure)
                else outcome
                for outcome, record in zip(outcomes, list_event_records(event, document), strict=True)
            ]
    return [outcome for outcome in outcomes if outcome is not None]


def _unwrap(document: Any) -> Any:
    """What a push of Google Pub/Sub carries; None where the document is none, or carries no JSON."""
    text = find_value(document, "message.data")
    return read_json_text(text) if isinstance(text, str) and text else None


def _list_paths(fitting: Sequence[WebhookEvent], document: Any) -> Iterable[str]:
    """Where the first event has its records and, where that is a list, the paths of the document's others."""
    first = fitting[0]
    if not is_list(first, document):
        return [first.record]
    return dict.fromkeys(event.record for event in fitting if is_list(event, document))


def is_named_delivery(connector: Connector, document: Any) -> bool:
    """Whether a word in the document, such as the name of an event, says that it is a delivery."""
    webhook = require_webhook(connector)
    document, event = recognize(webhook, document)
    return is_ignored(webhook, document) or bool(event and event.when and event.when.values)


def is_recognized_delivery(connector: Connector, document: Any) -> bool:
    """Whether a condition of the connector's webhook fits the document, and not only its shape."""
    if connector.webhook is None:
        return False
    _, event = recognize(connector.webhook, document)
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
    text = str(value)[:MAX_DELIVERY_ID]
    return replace_unstorable(text) if _is_storable(text) else None


def _is_storable(text: str) -> bool:
    """Whether a text holds no lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
