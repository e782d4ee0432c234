"""Maps a document of a tool, whatever it is: an answer of its API, one record, or a webhook's body.

Every way to read the document that the connector declares is tried, and the one that gives the most is taken.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from causeloop_pipeline.connectors.configuration import with_defaults
from causeloop_pipeline.connectors.json_paths import value_at
from causeloop_pipeline.connectors.spec import Connector, RecordSchema
from causeloop_pipeline.landing.declared_records import map_records
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.webhook import read_document
from causeloop_pipeline.landing.record_meaning import RecordMeaning, UnknownVariantError, read_meaning
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord, canonical_json

IDENTIFYING = ("title", "external_id", "source_created_at", "changed_at", "severity_value", "status_value")
"""The fields by which two readings of one document are compared first."""


@dataclass(frozen=True)
class MappedPayload:
    """What a document gave: issues, changes, and what could not be read, with the reason."""

    issues: list[RecordMeaning] = field(default_factory=list)
    changes: list[RecordMeaning] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    ignored: int = 0
    """Records that are no failures, such as a run that succeeded, and pings."""

    def extend(self, other: "MappedPayload") -> "MappedPayload":
        """Both together."""
        return MappedPayload(
            self.issues + other.issues,
            self.changes + other.changes,
            self.quarantined + other.quarantined,
            self.ignored + other.ignored,
        )


def map_payload(
    connector: Connector, document: Any, config: Mapping[str, Any] | None = None
) -> MappedPayload:
    """The issues and changes of a document; of a list, those of each of its entries."""
    settings = {entry.name: entry.default for entry in connector.fields if entry.default is not None}
    settings |= config or {}
    if isinstance(document, list):
        mapped = MappedPayload()
        for entry in document:
            mapped = mapped.extend(map_payload(connector, entry, settings))
        return mapped
    readings = [
        _map_outcomes(connector, outcomes, settings) for outcomes in _list_readings(connector, document)
    ]
    if not readings:
        return MappedPayload(quarantined=[_refuse(connector, document)])
    return max(readings, key=_rate)


def read_records(
    connector: Connector, document: Any, config: Mapping[str, Any] | None = None
) -> list[RawRecord]:
    """The records of a document in the first reading that understands all of it; none: no reading does."""
    settings = with_defaults(connector, config or {})
    connector = connector.resolve(settings)
    for reading in _list_readings(connector, document):
        mapped, refused = map_records(connector, [entry for entry in reading if entry], settings)
        outcomes = [*mapped, *refused]
        records = [outcome for outcome in outcomes if isinstance(outcome, RawRecord)]
        if records and not any(isinstance(outcome, Quarantined) for outcome in outcomes):
            return records
    return []


def _list_readings(connector: Connector, document: Any) -> Iterator[Sequence[RawRecord | Quarantined | None]]:
    """What each way to read the document gives, the likeliest way first."""
    if connector.webhook is not None and (delivery := read_document(connector, document)) is not None:
        yield delivery
    for path, schema in _list_places(connector):
        value = value_at(document, path)
        if isinstance(value, list | dict):
            records = value if isinstance(value, list) else [value]
            yield [extract(connector.name, schema, record, channel="poll") for record in records]


def _list_places(connector: Connector) -> Iterator[tuple[str, RecordSchema]]:
    """Every place where an answer of the API may hold records, and last the document itself."""
    places = [(pull.records, pull.schema) for pull in connector.pulls]
    places += [(pull.refresh.record, pull.schema) for pull in connector.pulls if pull.refresh]
    schemas = [schema for _, schema in places]
    if connector.webhook is not None:
        schemas += [event.schema for event in connector.webhook.events]
    seen: set[tuple[str, RecordSchema]] = set()
    for place in [(path, schema) for path, schema in places if path] + [("", schema) for schema in schemas]:
        if place not in seen:
            seen.add(place)
            yield place


def _map_outcomes(
    connector: Connector, outcomes: Sequence[RawRecord | Quarantined | None], config: Mapping[str, Any]
) -> MappedPayload:
    mapped = MappedPayload(ignored=sum(outcome is None for outcome in outcomes))
    for outcome in outcomes:
        if isinstance(outcome, Quarantined):
            mapped.quarantined.append(outcome)
        elif outcome is not None:
            try:
                meaning = read_meaning(connector, outcome, config)
            except UnknownVariantError as error:
                mapped.quarantined.append(
                    Quarantined(connector.name, outcome.payload_json, str(error), outcome.external_id)
                )
            else:
                (mapped.changes if meaning.kind == "change" else mapped.issues).append(meaning)
    return mapped


def _rate(mapped: MappedPayload) -> tuple[float, float, int]:
    """How well a document was read: the share of records understood, the fields filled, the records."""
    meanings = mapped.issues + mapped.changes
    records = len(meanings) + len(mapped.quarantined)
    if not records:
        return (0.5 if mapped.ignored else 0.25), 0.0, mapped.ignored
    identifying = sum(name in meaning.fields for meaning in meanings for name in IDENTIFYING)
    filled = sum(len(meaning.fields) for meaning in meanings)
    return len(meanings) / records, (identifying + filled / 100) / records, len(meanings)


def _refuse(connector: Connector, document: Any) -> Quarantined:
    shape = ", ".join(sorted(document)[:8]) if isinstance(document, dict) else type(document).__name__
    reason = f"neither an answer, a record nor a webhook of {connector.title}: {shape}"
    return Quarantined(connector.name, canonical_json(document), reason)
