"""The records inside a JSON document: its list of them, or the lists that its records hold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from causeloop_pipeline.landing.export_file.columns import recognize_columns

MAX_DEPTH = 6
"""How deep inside a document its records are looked for."""
LOOKED_AT = 50
"""How many records say what all are."""
MIN_SHARED = 0.5
"""Of the names in the entries of an object, which most have where the entries are records."""
WEIGHTS = {"title": 1.0, "body": 1.0, "severity": 1.5, "status": 1.0, "error_type": 1.0}
"""What makes a record a failure's."""
JUDGED = frozenset({"severity", "status", "error_type"})
"""Of which entries of a list have one where what holds them has a title: others are labels or people."""
WHOLE = frozenset({"title", "severity", "source_created_at"})
"""What a single record has outside the lists that it holds, such as the frames of a trace."""
WITHOUT_A_LINE = 0.5
"""What a mere name is less than a line that says what failed."""
NAME = "name"

Record = dict[str, Any]
Placed = tuple[Record, Record]
"""What stands around a record, and the record."""


def find_records(document: Any) -> list[Any]:
    """The records of a document: itself, or the longest list of objects inside, or else it is one record.

    Where lists inside these records look more like failures, such as the messages of each file that a
    linter read, those are the records, each with the plain values of what holds it.
    """
    if isinstance(document, list):
        return _open_inner(document)
    lists = list(_list_records(document, 0))
    if not lists:
        return [document]
    records = _open_inner(max(lists, key=len))
    columns = _recognize(records[:LOOKED_AT])
    if _recognize([document]).keys() >= WHOLE and not columns.keys() & {"severity", "status"}:
        return [document]
    if "source_created_at" in columns:
        return records
    return [{**_find_moment(document), **record} for record in records]


def is_failure(record: Record) -> bool:
    """Whether a record looks like a failure, by the names of its values."""
    return _rate(_recognize([record])) >= WEIGHTS["severity"]


def _list_records(value: Any, depth: int) -> Iterator[list[Record]]:
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return
    for inner in value.values():
        if _are_objects(inner):
            yield inner
        elif isinstance(inner, dict) and (entries := _read_entries(inner)):
            yield entries
        yield from _list_records(inner, depth + 1)


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _read_entries(value: Mapping[str, Any]) -> list[Record]:
    """The entries of an object as records where they are alike and look like failures, with their names."""
    entries = list(value.values())
    if len(entries) < 2 or not all(isinstance(entry, dict) and len(entry) > 1 for entry in entries):
        return []
    shared = set.intersection(*(set(entry) for entry in entries))
    if len(shared) < MIN_SHARED * max(len(entry) for entry in entries):
        return []
    records = [{NAME: name, **entry} for name, entry in value.items()]
    return records if _rate(_recognize(records[:LOOKED_AT])) >= WEIGHTS["severity"] else []


def _open_inner(records: list[Any]) -> list[Any]:
    """The records, or those that lists inside them hold where these look more like failures."""
    if not _are_objects(records):
        return records
    placed, _ = _choose([({}, record) for record in records], 0)
    return [{**{name: around[name] for name in around if name not in own}, **own} for around, own in placed]


def _choose(placed: list[Placed], depth: int) -> tuple[list[Placed], float]:
    """The records that look most like failures by their own values, and how much they do."""
    columns = _recognize([own for _, own in placed[:LOOKED_AT]])
    best, best_rating = placed, _rate(columns)
    has_title = columns.get("title", NAME) != NAME
    if depth > MAX_DEPTH:
        return best, best_rating
    sample = [own for _, own in placed[:LOOKED_AT]]
    for name in dict.fromkeys(name for own in sample for name in own if _are_objects(own[name])):
        inner = [
            ({**around, **_take_plain(own)}, entry)
            for around, own in placed
            for entry in (own[name] if isinstance(own.get(name), list) else ())
            if isinstance(entry, dict)
        ]
        chosen, rating = _choose(inner, depth + 1)
        is_judged = bool(JUDGED & _recognize([own for _, own in chosen[:LOOKED_AT]]).keys())
        if rating > best_rating and (is_judged or not has_title):
            best, best_rating = chosen, rating
    return best, best_rating


def _take_plain(record: Record) -> Record:
    """Its plain values, which stand around what its lists hold."""
    return {name: value for name, value in record.items() if not isinstance(value, list | dict)}


def _rate(columns: Mapping[str, str]) -> float:
    """How much records look like failures, by the fields that the names of their own values tell."""
    if not columns.keys() & {"title", "body"}:
        return 0.0
    return sum(WEIGHTS.get(name, 0.0) for name in columns) - WITHOUT_A_LINE * (columns.get("title") == NAME)


def _recognize(records: Sequence[Record]) -> Mapping[str, str]:
    """Field → the path at which some records have it, by its name."""
    names = dict.fromkeys(path for record in records for path in _list_paths(record, "", 0))
    return recognize_columns(list(names), {}).columns


def _list_paths(record: Mapping[str, Any], prefix: str, depth: int) -> Iterator[str]:
    for name, value in record.items():
        if isinstance(value, dict) and depth < MAX_DEPTH:
            yield from _list_paths(value, f"{prefix}{name}.", depth + 1)
        elif value not in (None, "") and not isinstance(value, list):
            yield f"{prefix}{name}"


def _find_moment(document: Mapping[str, Any]) -> Record:
    """When the document was made, as it says outside its records."""
    plain = {name: value for name, value in document.items() if isinstance(value, str)}
    column = recognize_columns(list(plain), {}).columns.get("source_created_at")
    return {column: plain[column]} if column else {}
