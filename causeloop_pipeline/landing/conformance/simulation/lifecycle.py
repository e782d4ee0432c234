"""How a record says that its issue has ended: found by trying what its mapping looks at."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.mapping.expressions import Has, Instant, Is, TimeFormat
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.spec import RecordSchema
from causeloop_pipeline.landing.conformance.simulation.bench import NOW, Bench, is_open
from causeloop_pipeline.landing.conformance.simulation.json_edit import set_at
from causeloop_pipeline.landing.conformance.simulation.sample_records import set_time, write_time
from causeloop_pipeline.landing.conformance.simulation.simulator import SimulatedList
from causeloop_pipeline.landing.record_meaning import ENDED, RecordMeaning
from causeloop_pipeline.model.raw_record import NoFailure, RawRecord
from causeloop_pipeline.model.vendor_words import ANY_TOOL, VENDOR_WORDS

Edit = tuple[tuple[str, Any], ...]
MAX_TRIES = 400


@dataclass(frozen=True)
class Ending:
    """A record of a list whose issue is open, what makes it an ended one, and whether the list shows that."""

    listed: SimulatedList
    place: int
    edit: Edit
    is_listed: bool
    """Whether the list still shows the record once it has ended."""

    def end(self, record: Any) -> Any:
        """The record with its issue ended."""
        for path, value in self.edit:
            record = set_at(record, path, value)
        return record


def find_endings(bench: Bench, moment: datetime) -> Iterator[Ending]:
    """For each list, a record whose issue is open and can be seen to end."""
    for listed in bench.simulator.lists:
        for place, record in enumerate(listed.records[:6]):
            ending = _find_ending(bench, listed, place, record, moment)
            if ending is not None:
                yield ending
                break


def _find_ending(
    bench: Bench, listed: SimulatedList, place: int, record: Any, moment: datetime
) -> Ending | None:
    listing = listed.pull.schema
    # What a list's filter leaves out is read one by one where the tool lets it.
    schema = listing.unfiltered if listed.pull.refresh is not None else listing
    meaning = _understand(bench, listing, record)
    if meaning is None or not is_open(meaning):
        return None
    for number, edit in enumerate(_list_edits(bench, record, meaning, moment)):
        if number > MAX_TRIES:
            return None
        ending = Ending(listed, place, edit, _is_listed(bench, listed, record, meaning))
        ended = ending.end(set_time(listed.pull, record, moment))
        after = _understand(bench, schema, ended)
        if after is not None and after.fields["external_id"] != meaning.fields["external_id"]:
            return None  # its time is a part of its id: each record is an event of its own
        if after is not None and after.kind == "issue" and after.fields["status"] in ENDED:
            is_left_out = isinstance(bench.read_as(listing, ended), NoFailure)
            return replace(ending, is_listed=ending.is_listed and not is_left_out)
    return None


def _understand(bench: Bench, schema: RecordSchema, record: Any) -> RecordMeaning | None:
    read = bench.read_as(schema, record)
    return bench.understand(read) if isinstance(read, RawRecord) else None


def _list_edits(bench: Bench, record: Any, meaning: RecordMeaning, moment: datetime) -> Iterator[Edit]:
    """What may turn a record into an ended one: its status word, what the status depends on, its end."""
    tool = bench.connector.name
    ended = sorted(
        (source == ANY_TOOL, word)
        for (source, name, word), value in VENDOR_WORDS.items()
        if name == "status" and source in {tool, ANY_TOOL} and value in ENDED
    )
    mapping = _find_mapping(bench, meaning)
    ends = [((path, value),) for path, value in _list_times(mapping.resolved_at, record, moment)]
    for path in meaning.paths.get("status", ()):
        yield from (((path, word),) for _, word in ended)
    for path, value in _list_conditions(mapping.status, record, moment):
        yield ((path, value),)
        yield from (((path, value), *end) for end in ends)
    yield from ends


def _list_conditions(source: Any, record: Any, moment: datetime) -> Iterator[tuple[str, Any]]:
    """Values that the conditions of an expression ask for."""
    if isinstance(source, Is) and isinstance(source.of, str):
        for word in source.values:
            yield source.of, {"true": True, "false": False}.get(word, word)
        now = find_value(record, source.of)
        if isinstance(now, bool):
            yield source.of, not now
    if isinstance(source, Has):
        yield source.path, write_time(moment, TimeFormat.ISO, "")
        yield source.path, None
    if isinstance(source, tuple):
        for part in source:
            yield from _list_conditions(part, record, moment)
    elif is_dataclass(source):
        for part in fields(source):
            yield from _list_conditions(getattr(source, part.name), record, moment)


def _list_times(source: Any, record: Any, moment: datetime) -> Iterator[tuple[str, Any]]:
    """Each place of a time of an end, with the moment as the tool writes it."""
    match source:
        case str():
            yield source, write_time(moment, TimeFormat.ISO, find_value(record, source))
        case Instant(of=str() as path, format=form):
            yield path, write_time(moment, form, find_value(record, path))
        case Instant(of=tuple() as paths, format=form):
            for path in paths:
                yield path, write_time(moment, form, find_value(record, path))
        case tuple():
            for part in source:
                yield from _list_times(part, record, moment)


def _find_mapping(bench: Bench, meaning: RecordMeaning) -> IssueMapping:
    mappings = (*bench.connector.issues, PRODUCT_ISSUE)
    return next(mapping for mapping in mappings if mapping.name == meaning.variant)


def _is_listed(bench: Bench, listed: SimulatedList, record: Any, meaning: RecordMeaning) -> bool:
    """Whether a list that asks for what is new, or for what is open, shows a record that has ended."""
    since = listed.pull.since
    words = {str(find_value(record, path)).lower() for path in meaning.paths.get("status", ())}
    query = " ".join(str(value).lower() for _, value in listed.pull.params)
    query += " " + listed.pull.path.partition("?")[2].lower()
    if any(len(word) > 2 and word in query for word in words):
        return False
    ends = {path for path, _ in _list_times(_find_mapping(bench, meaning).resolved_at, record, NOW)}
    beginnings = set(meaning.paths.get("source_created_at", ())) - ends
    is_beginning = since is not None and since.field in beginnings
    is_token = getattr(listed.pull.pages, "durable", False)
    return is_token or not is_beginning
