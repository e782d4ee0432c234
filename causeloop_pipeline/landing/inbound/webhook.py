"""A webhook delivery becomes records: proven first, parsed second; what is not understood is kept aside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.json_paths import value_at
from causeloop_pipeline.connectors.spec import Connector, Event, Webhook, When
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.signature import SignatureError, verify
from causeloop_pipeline.landing.json_guard import GuardError, parse_json
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord


@dataclass(frozen=True)
class Received:
    """What one delivery held. The delivery id, where the tool has one, tells a redelivery."""

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
) -> Received:
    """The records of a delivery; SignatureError, and nothing else, where it is not proven."""
    webhook = webhook_of(connector)
    known = {name.lower(): value for name, value in headers.items()}
    verify(webhook.signatures, headers=known, body=body, secrets=secrets, now=now, url=url)
    return read_delivery(connector, body, headers=known, config=config)


def read_delivery(
    connector: Connector,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Received:
    """The records of a delivery that is already proven, or is replayed from quarantine."""
    webhook = webhook_of(connector)
    delivery_id = (headers or {}).get((webhook.delivery_header or "").lower())
    try:
        document = parse_json(body)
    except GuardError as error:
        return Received([], [Quarantined(connector.name, body, str(error))], delivery_id)
    if delivery_id is None and webhook.delivery_path:
        delivery_id = _short_text(value_at(document, webhook.delivery_path))
    records, refused = _read(connector.name, webhook, document, body, config)
    return Received(records, refused, delivery_id)


def challenge_answer(connector: Connector, headers: Mapping[str, str]) -> dict[str, str] | None:
    """The answer to a tool's one-time check that we own the address; None: it asked nothing."""
    webhook = connector.webhook
    if webhook is None or webhook.challenge_header is None:
        return None
    known = {name.lower(): value for name, value in headers.items()}
    value = known.get(webhook.challenge_header)
    return None if value is None else {webhook.challenge_answer: value}


def webhook_of(connector: Connector) -> Webhook:
    """The connector's webhook; a connector that only polls accepts no delivery at all."""
    if connector.webhook is None:
        raise SignatureError(f"{connector.title} takes no webhooks")
    return connector.webhook


def _read(
    source: str, webhook: Webhook, document: Any, body: bytes, config: Mapping[str, Any] | None
) -> tuple[list[RawRecord], list[Quarantined]]:
    if any(_holds(when, document) for when in webhook.ignore):
        return [], []
    event = next((event for event in webhook.events if _matches(event, document)), None)
    if event is None:
        places = ", ".join(repr(event.record) for event in webhook.events)
        return [], [Quarantined(source, body, f"not a known event: no record at {places}")]
    found = value_at(document, event.record)
    read = [
        extract(source, event.shape, _with_context(event, item, document), door="webhook", config=config)
        for item in (found if isinstance(found, list) else [found])
    ]
    records = [outcome for outcome in read if isinstance(outcome, RawRecord)]
    return records, [outcome for outcome in read if isinstance(outcome, Quarantined)]


def _matches(event: Event, document: Any) -> bool:
    if event.when is not None and not _holds(event.when, document):
        return False
    return value_at(document, event.record) is not None


def _holds(when: When, document: Any) -> bool:
    value = value_at(document, when.path)
    return str(value) in when.values if when.values else value is not None


def _with_context(event: Event, record: Any, document: Any) -> Any:
    if not isinstance(record, dict):
        return record
    return record | {key: value_at(document, path) for key, path in event.add}


def _short_text(value: Any) -> str | None:
    return str(value)[:200] if isinstance(value, str | int) and value != "" else None
