"""The ways to read a document that a connector declares: a webhook's body, an answer of its API, a record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from causeloop_pipeline.connectors.json_paths import find_first_value, find_value
from causeloop_pipeline.connectors.pulls import list_entries, open_entries
from causeloop_pipeline.connectors.spec import Connector, RecordSchema
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.webhook import (
    is_named_delivery,
    is_recognized_delivery,
    read_document,
)
from causeloop_pipeline.landing.polling.nested_lists import zip_rows
from causeloop_pipeline.model.raw_record import NoFailure, Outcome, Quarantined, RawRecord


@dataclass(frozen=True)
class Reading:
    """What one way to read a document gives."""

    outcomes: Sequence[Outcome]
    is_named: bool
    """The document named it: it has the webhook's event or the path of the list."""
    is_polled: bool
    """A list that is polled holds such records."""
    passed_over: Sequence[RawRecord] = ()
    """Records of the tool that are not failures, where nothing names the reading."""
    path: str = ""
    """Where an answer of the API holds the records."""
    is_delivery: bool = False
    """A word in the document, such as the name of an event, says that it is a delivery."""
    is_recognized: bool = False
    """A condition of the webhook fits the document, and not only its shape."""


@dataclass(frozen=True)
class Place:
    """Where an answer may hold records, and how to read them."""

    path: str
    schema: RecordSchema
    source: str
    """The type whose records these are."""
    columns: str | None = None
    within: str | None = None
    is_polled: bool = True


def list_readings(connector: Connector, document: Any) -> Iterator[Reading]:
    """What each way to read the document gives, the likeliest way first."""
    if connector.webhook is not None and (delivery := read_document(connector, document)) is not None:
        is_named = any(event.record or event.when for event in connector.webhook.events)
        is_delivery = is_named_delivery(connector, document)
        yield Reading(
            delivery,
            is_named,
            is_polled=False,
            is_delivery=is_delivery,
            is_recognized=is_recognized_delivery(connector, document),
        )
    for place in _list_places(connector):
        value = list_entries(document, place.path) or find_value(document, place.path)
        if isinstance(value, list | dict):
            records = value if isinstance(value, list) else [value]
            records = open_entries(records, place.within)
            if place.columns:
                records = zip_rows(records, find_value(document, place.columns))
            outcomes = _extract_all(place.source, place.schema, records)
            passed_over: list[RawRecord] = []
            if not place.path:
                outcomes, passed_over = _look_at_ignored(place, records, outcomes)
            aside = passed_over if place.is_polled else ()
            yield Reading(outcomes, bool(place.path), place.is_polled, aside, place.path)


def _look_at_ignored(
    place: Place, records: Sequence[Any], outcomes: Sequence[Outcome]
) -> tuple[list[Outcome], list[RawRecord]]:
    """What a filter left out, read without it: records of the tool, and what has neither id nor time."""
    schema = place.schema.unfiltered
    looked_at: list[Outcome] = []
    passed_over: list[RawRecord] = []
    for record, outcome in zip(records, outcomes, strict=True):
        anyway = _extract_all(place.source, schema, [record])[0] if isinstance(outcome, NoFailure) else None
        if isinstance(anyway, RawRecord):
            passed_over.append(anyway)
        is_foreign = isinstance(anyway, Quarantined) and find_first_value(record, schema.updated_at) is None
        looked_at.append(anyway if is_foreign and anyway else outcome)
    return looked_at, passed_over


def _extract_all(source: str, schema: RecordSchema, records: Sequence[Any]) -> list[Outcome]:
    return [extract(source, schema, record, channel="poll") for record in records]


def _list_places(connector: Connector) -> Iterator[Place]:
    """Every place where an answer of the API may hold records, and last the document itself."""
    name = connector.name
    places = [Place(pull.records, pull.schema, name, pull.columns, pull.within) for pull in connector.pulls]
    places += [Place(pull.details.records, pull.schema, name) for pull in connector.pulls if pull.details]
    places += [Place(pull.refresh.record, pull.schema, name) for pull in connector.pulls if pull.refresh]
    whole = [Place("", place.schema, name) for place in places]
    if connector.webhook is not None:
        whole += [Place("", event.schema, name, is_polled=False) for event in connector.webhook.events]
    yield from dict.fromkeys([place for place in places if place.path] + whole)
