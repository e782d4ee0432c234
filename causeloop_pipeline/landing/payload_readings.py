"""The ways to read a document that a connector declares: a webhook's body, an answer of its API, a record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from causeloop_pipeline.connectors.json_paths import value_at
from causeloop_pipeline.connectors.spec import Connector, RecordSchema
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.webhook import read_document
from causeloop_pipeline.landing.polling.nested_lists import zip_rows
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord

Outcome: TypeAlias = RawRecord | Quarantined | None


@dataclass(frozen=True)
class Reading:
    """What one way to read a document gives."""

    outcomes: Sequence[Outcome]
    is_named: bool
    """The document named it: it has the webhook's event or the path of the list."""
    is_polled: bool
    """A list that is polled holds such records."""
    passed_over: Sequence[RawRecord] = ()
    """Records of the tool that are no failures, where nothing names the reading."""


@dataclass(frozen=True)
class Place:
    """Where an answer may hold records, and how to read them."""

    path: str
    schema: RecordSchema
    columns: str | None = None
    is_polled: bool = True


def list_readings(connector: Connector, document: Any) -> Iterator[Reading]:
    """What each way to read the document gives, the likeliest way first."""
    if connector.webhook is not None and (delivery := read_document(connector, document)) is not None:
        is_named = any(event.record or event.when for event in connector.webhook.events)
        yield Reading(delivery, is_named, is_polled=False)
    for place in _list_places(connector):
        value = value_at(document, place.path)
        if isinstance(value, list | dict):
            records = value if isinstance(value, list) else [value]
            if place.columns:
                records = zip_rows(records, value_at(document, place.columns))
            outcomes = _extract_all(connector, place.schema, records)
            aside = [record for record, outcome in zip(records, outcomes, strict=True) if outcome is None]
            anyway = replace(place.schema, keep=None, unless=None)
            passed_over = _extract_all(connector, anyway, aside) if place.is_polled and not place.path else []
            records_aside = [outcome for outcome in passed_over if isinstance(outcome, RawRecord)]
            yield Reading(outcomes, bool(place.path), place.is_polled, records_aside)


def _extract_all(connector: Connector, schema: RecordSchema, records: Sequence[Any]) -> list[Outcome]:
    return [extract(connector.name, schema, record, channel="poll") for record in records]


def _list_places(connector: Connector) -> Iterator[Place]:
    """Every place where an answer of the API may hold records, and last the document itself."""
    places = [Place(pull.records, pull.schema, pull.columns) for pull in connector.pulls]
    places += [Place(pull.details.records, pull.schema) for pull in connector.pulls if pull.details]
    places += [Place(pull.refresh.record, pull.schema) for pull in connector.pulls if pull.refresh]
    whole = [Place("", place.schema) for place in places]
    if connector.webhook is not None:
        whole += [Place("", event.schema, is_polled=False) for event in connector.webhook.events]
    yield from dict.fromkeys([place for place in places if place.path] + whole)
