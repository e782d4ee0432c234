"""Maps a document of a tool, whatever it is: an answer of its API, one record, or a webhook's body.

Every way to read the document that the connector declares is tried, and the one that gives the most is taken.
Where none gives anything, records are looked for inside it: another endpoint of the tool, or whoever passed
its answer on, may have wrapped them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.enclosed_documents import list_enclosed
from causeloop_pipeline.landing.inbound.webhook import is_recognized_delivery
from causeloop_pipeline.landing.key_spellings import respell
from causeloop_pipeline.landing.payload_readings import Reading, list_readings
from causeloop_pipeline.landing.record_meaning import RecordMeaning, UnknownVariantError, read_meaning
from causeloop_pipeline.model.raw_record import NoFailure, Outcome, Quarantined, RawRecord

IDENTIFYING = ("title", "external_id", "source_created_at", "changed_at", "severity_value", "status_value")
"""The fields by which two readings of one document are compared first."""
TIMES = {"source_created_at", "changed_at"}
PROBED = 3
"""How many entries of a list inside a document are looked at before all are read."""
NEEDED_OF_ISSUE = ({"source_created_at", "source_updated_at"}, {"severity_value"}, {"status_value"})


@dataclass(frozen=True)
class MappedPayload:
    """What a document gave: issues, changes, and what could not be read, with the reason."""

    issues: list[RecordMeaning] = field(default_factory=list)
    changes: list[RecordMeaning] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    ignored: int = 0
    """Records that are not failures, such as a run that succeeded, and pings."""

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
    settings = fill_defaults(connector, config or {})
    if isinstance(document, list):
        mapped = MappedPayload()
        for entry in document:
            mapped = mapped.extend(map_payload(connector, entry, settings))
        return mapped
    return _count_successes(_map_document(connector, document, settings))


def _count_successes(mapped: MappedPayload) -> MappedPayload:
    """The same without the runs that succeeded, which are not failures."""
    failures = [issue for issue in mapped.issues if not issue.is_success]
    successes = len(mapped.issues) - len(failures)
    return replace(mapped, issues=failures, ignored=mapped.ignored + successes)


def read_records(
    connector: Connector, document: Any, config: Mapping[str, Any] | None = None
) -> list[RawRecord]:
    """The records of a document in the first reading that understands all of it; none: no reading does."""
    settings = fill_defaults(connector, config or {})
    connector = connector.resolve(settings)
    for reading in list_readings(connector, document):
        records = [outcome for outcome in reading.outcomes if isinstance(outcome, RawRecord)]
        if records and not any(isinstance(outcome, Quarantined) for outcome in reading.outcomes):
            return records
    return []


def _map_document(connector: Connector, document: Any, config: Mapping[str, Any]) -> MappedPayload:
    """The best of the readings of a document, or else of it with its keys as the tool writes them."""
    best, is_settled = _map_spelled(connector, document, config)
    is_explained = is_settled and len(_list_timed(best)) == len(best.issues + best.changes)
    if not is_explained and (respelled := respell(connector, document)) != document:
        other, _ = _map_spelled(connector, respelled, config)
        if _list_whole(other) and not (is_settled and len(_list_timed(other)) <= len(_list_timed(best))):
            return other
    return best


def _map_spelled(
    connector: Connector, document: Any, config: Mapping[str, Any]
) -> tuple[MappedPayload, bool]:
    """The best of the declared readings, else of what stands inside; whether it explains the document."""
    best, is_settled = _map_declared(connector, document, config)
    if is_settled:
        return best, True
    only: list[Any] = []
    for depth, level in enumerate(list_enclosed(document)):
        mapped = [_map_enclosed(connector, entries, config) for entries in level]
        inside = max(mapped, key=rate_mapped, default=MappedPayload())
        if inside.issues or inside.changes:
            return inside, True
        if len(only) == depth and [len(entries) for entries in level] == [1]:
            only.append(level[0][0])
    for wrapped in only:
        passed_over, is_known = _map_declared(connector, wrapped, config)
        if is_known and passed_over.ignored and not passed_over.quarantined:
            return passed_over, True
    return best, False


def _map_declared(
    connector: Connector, document: Any, config: Mapping[str, Any]
) -> tuple[MappedPayload, bool]:
    """The best of the declared readings, and whether it explains the document."""
    readings = list(list_readings(connector, document))
    if not readings:
        return MappedPayload(quarantined=[_refuse(connector, document)]), False
    mapped = [(_map_outcomes(connector, reading.outcomes, config), reading) for reading in readings]
    if readings[0].is_delivery and not mapped[0][0].quarantined:
        first = mapped[0][0]
        return (first if _list_variants(first) else MappedPayload(ignored=max(1, first.ignored))), True
    best, reading = max(mapped, key=lambda pair: rate_mapped(pair[0]))
    passed_over = [record for each in readings for record in each.passed_over]
    no_failures = _list_variants(_map_outcomes(connector, passed_over, config))
    is_listed = any(
        (each.is_polled or each.is_recognized) and _list_variants(result) for result, each in mapped
    )
    if no_failures and not is_listed and _list_variants(best) <= no_failures:
        return MappedPayload(ignored=1), True  # a list of the tool leaves it out
    is_named = reading.is_named and bool(best.ignored) and not best.quarantined
    is_settled = bool(_list_variants(best)) or is_named
    return _add_other_lists(best, reading, mapped), is_settled


def _add_other_lists(
    best: MappedPayload, reading: Reading, mapped: Sequence[tuple[MappedPayload, Reading]]
) -> MappedPayload:
    """The records of a list, and those that the same answer holds at other places of lists."""
    if not (_is_list(reading) and _list_variants(best)):
        return best
    seen = {reading.path}
    for other, place in sorted(mapped, key=lambda pair: rate_mapped(pair[0]), reverse=True):
        if _is_list(place) and place.path not in seen and _list_variants(other):
            seen.add(place.path)
            best = best.extend(other)
    return best


def _list_timed(mapped: MappedPayload) -> list[RecordMeaning]:
    """What says when it began."""
    return [meaning for meaning in mapped.issues + mapped.changes if meaning.fields.keys() & TIMES]


def _is_list(reading: Reading) -> bool:
    """Whether a reading is of one list, beside which the document may hold others."""
    return bool(reading.path) and reading.is_polled


def _list_variants(mapped: MappedPayload) -> set[tuple[str, str]]:
    return {(meaning.kind, meaning.variant) for meaning in mapped.issues + mapped.changes}


def _map_enclosed(connector: Connector, entries: Sequence[Any], config: Mapping[str, Any]) -> MappedPayload:
    """What entries inside a document give; nothing where they only resemble records of the tool."""
    alone = _map_deliveries(connector, entries, config) if len(entries) == 1 else MappedPayload()
    if alone.issues or alone.changes:
        return alone
    probed = [_map_declared(connector, entry, config)[0] for entry in entries[:PROBED]]
    if any(_list_whole(read) or (read.ignored and len(entries) > 1) for read in probed):
        mapped = MappedPayload()
        for entry in entries:
            mapped = mapped.extend(_map_declared(connector, entry, config)[0])
        if len(_list_whole(mapped)) * 2 >= len(entries) - mapped.ignored:
            return mapped
    return _map_deliveries(connector, entries, config)


def _map_deliveries(connector: Connector, entries: Sequence[Any], config: Mapping[str, Any]) -> MappedPayload:
    """What those of some entries give by which a condition of the tool's webhook knows its bodies."""
    mapped = MappedPayload()
    for entry in entries:
        if is_recognized_delivery(connector, entry):
            read, _ = _map_declared(connector, entry, config)
            if _list_whole(read, needed=1):
                mapped = mapped.extend(read)
    return mapped


def _list_whole(mapped: MappedPayload, needed: int = 2) -> list[RecordMeaning]:
    """What was read whole: changes with their time, issues with enough of time, severity and status."""
    whole = [change for change in mapped.changes if "changed_at" in change.fields]
    return whole + [
        issue
        for issue in mapped.issues
        if sum(bool(issue.fields.keys() & names) for names in NEEDED_OF_ISSUE) >= needed
    ]


def _map_outcomes(
    connector: Connector, outcomes: Sequence[Outcome], config: Mapping[str, Any]
) -> MappedPayload:
    mapped = MappedPayload(ignored=sum(isinstance(outcome, NoFailure) for outcome in outcomes))
    for outcome in outcomes:
        if isinstance(outcome, Quarantined):
            mapped.quarantined.append(outcome)
        elif isinstance(outcome, RawRecord):
            try:
                meaning = read_meaning(connector, outcome, config)
            except UnknownVariantError as error:
                mapped.quarantined.append(
                    Quarantined(connector.name, outcome.payload_json, str(error), outcome.external_id)
                )
            else:
                (mapped.changes if meaning.kind == "change" else mapped.issues).append(meaning)
    return mapped


def rate_mapped(mapped: MappedPayload) -> tuple[float, float, int]:
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
    return Quarantined(connector.name, json.dumps(document).encode(), reason)
