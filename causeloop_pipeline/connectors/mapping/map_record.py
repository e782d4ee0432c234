"""What a connector's mappings make of a record: the product's fields in the tool's own words, or why not.

This is the one place that reads a payload's meaning. Words of severity and status are not looked up here:
what they mean depends on the workspace, which the pipeline's SQL knows.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.connectors.mapping.evaluate import Payload, Value, evaluate, evaluate_time, holds
from causeloop_pipeline.connectors.mapping.expressions import Pluck, Source
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import read_occurrences
from causeloop_pipeline.connectors.mapping.plain_texts import MAX_JOB, MAX_LENGTHS, write_plainly
from causeloop_pipeline.connectors.mapping.product_record import (
    ABSENT_ISSUE,
    PRODUCT_CHANGE,
    PRODUCT_CONDITION,
    PRODUCT_ISSUE,
)
from causeloop_pipeline.model.instant_range import MIN_INSTANT, find_range_problem
from causeloop_pipeline.model.issue import TITLE_LIMIT
from causeloop_pipeline.model.raw_record import (
    ABSENT,
    CHANGES,
    NORMALIZED,
    NORMALIZED_CHANGE,
    NORMALIZED_CONDITION,
    sha256_hex,
)

WEB_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)
NO_SERVICE = re.compile(r"\{?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?|[^\s@]+@[^\s@]+", re.IGNORECASE)
"""What names no service to a reader: a UUID or a person's mail address."""
HOST = re.compile(r"^https?://(?:[^/?#\s]*@)?([^/?#\s]+).*$", re.IGNORECASE | re.DOTALL)
MAX_TITLE = TITLE_LIMIT
PRODUCT_MAPPINGS = (PRODUCT_ISSUE, PRODUCT_CONDITION, PRODUCT_CHANGE, ABSENT_ISSUE)
NAMED_KEYS = 8
"""How many keys of a payload are named where no mapping fits it."""

Mappings = tuple[IssueMapping, ...] | tuple[ChangeMapping, ...]
Paths = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Record:
    """A record as it was landed: whose it is, the shape and content of its payload, when the tool made it."""

    source: str
    kind: str
    payload: Mapping[str, Any]
    updated_at: datetime | None = None


@dataclass(frozen=True)
class MappedRecord:
    """The variant and fields of a record, severity and status as the tool's words; or the reason why not."""

    variant: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    paths: Paths = field(default_factory=dict)
    """Where each field was read."""
    occurring: dict[str, Any] = field(default_factory=dict)
    """Of occurrences: what the id names, the job and its success, how often and when."""
    reason: str | None = None


def select_mappings(
    kind: str, issues: tuple[IssueMapping, ...], changes: tuple[ChangeMapping, ...]
) -> Mappings:
    """Those of a connector's mappings that apply to records of a kind."""
    if kind == ABSENT:
        return (ABSENT_ISSUE,)
    if kind in CHANGES:
        return (PRODUCT_CHANGE,) if kind == NORMALIZED_CHANGE else changes
    if kind == NORMALIZED_CONDITION:
        return (PRODUCT_CONDITION,)
    return (PRODUCT_ISSUE,) if kind == NORMALIZED else issues


def map_record(
    mappings: Mappings, record: Record, config: Mapping[str, Any], now: datetime | None = None
) -> MappedRecord:
    """What the first mapping that fits makes of a record; `now` bounds the times that a record can have."""
    payload = Payload(record.payload, record.kind, config)
    mapping = next((mapping for mapping in mappings if holds(mapping.when, payload)), None)
    what = f"{record.source} {record.kind}"
    if mapping is None:
        keys = ", ".join(sorted(record.payload)[:NAMED_KEYS])
        return MappedRecord(reason=f"no known variant of a {what} has the keys {keys}")
    fields, paths = _read_fields(mapping, payload)
    times = _list_times(record, fields, mapping)
    if (ended := fields.get("resolved_at")) is not None and ended < MIN_INSTANT:
        del fields["resolved_at"]
    occurring: dict[str, Any] = {}
    if isinstance(mapping, IssueMapping):
        occurring = _read_occurring(mapping, payload)
        if "title" not in fields:
            reason = f"no title where a {what} has one"
            return MappedRecord(mapping.name, fields, paths, occurring, reason)
        _read_attributes(mapping, payload, fields, paths)
    if not WEB_ADDRESS.match(fields.get("external_url", "https://-")):
        del fields["external_url"]
    problem = _find_time_problem(times, what, now or datetime.now(UTC))
    return MappedRecord(mapping.name, fields, paths, occurring, problem)


def _read_fields(mapping: IssueMapping | ChangeMapping, payload: Payload) -> tuple[dict[str, Any], Paths]:
    fields: dict[str, str | datetime] = {}
    paths: Paths = {}
    is_own = any(mapping is own for own in PRODUCT_MAPPINGS)
    for name, source in mapping.texts.items():
        find = _evaluate_service if name == "service" and not is_own else evaluate
        value = find(source, payload) if source is not None else None
        if value and (text := _limit(name, value.text) if is_own else write_plainly(name, value.text)):
            fields[name], paths[name] = text, value.paths
    for name, moment in mapping.times.items():
        if moment is not None and (time := evaluate_time(moment, payload)):
            fields[name], paths[name] = time
    return fields, paths


def _limit(name: str, text: str) -> str:
    """A field of the product's own form as it is, but not longer than the product holds it."""
    return text[: MAX_LENGTHS.get(name, MAX_LENGTHS["title"])]


def _evaluate_service(source: Source, payload: Payload) -> Value | None:
    """The first of the alternatives that names a service to a reader; of addresses alone, the host."""
    address: Value | None = None
    for value in _list_alternatives(source, payload):
        if not WEB_ADDRESS.match(value.text):
            return value
        address = address or value
    return replace(address, text=HOST.sub(r"\1", address.text)) if address else None


def _list_alternatives(source: Source, payload: Payload) -> Iterator[Value]:
    if isinstance(source, tuple):
        for alternative in source:
            yield from _list_alternatives(alternative, payload)
    elif value := evaluate(source, payload):
        plain = write_plainly("service", value.text)
        if plain and not NO_SERVICE.fullmatch(plain):
            yield value if plain == value.text else replace(value, text=plain)


def _read_occurring(mapping: IssueMapping, payload: Payload) -> dict[str, Any]:
    read: dict[str, Any] = {"identifies": mapping.identifies, "firing_start": mapping.firing_start}
    if job := evaluate(mapping.job, payload):
        read["job"] = job.text if len(job.text) <= MAX_JOB else sha256_hex(job.text.encode())
    if (
        mapping.succeeded is not None
    ):  # a success of a job that is not named ends nothing, and is not a failure
        read["is_success"] = holds(mapping.succeeded, payload)
    if mapping.occurrences is not None:
        read["occurrences"] = read_occurrences(mapping.occurrences, payload)
    return read


def _list_times(
    record: Record, fields: Mapping[str, Any], mapping: IssueMapping | ChangeMapping
) -> dict[str, datetime | None]:
    """The times of a record in the order in which they are checked; of an end before 1990 there is none."""
    began = "source_created_at" if isinstance(mapping, IssueMapping) else "changed_at"
    ended = fields.get("resolved_at")
    return {
        began: fields.get(began),
        "source_updated_at": record.updated_at,
        "resolved_at": None if ended is None or ended < MIN_INSTANT else ended,
    }


def _find_time_problem(times: Mapping[str, datetime | None], what: str, now: datetime) -> str | None:
    """Why the first of the times that cannot be right cannot."""
    for name, time in times.items():
        if time is not None and find_range_problem(time, now):
            written = time.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()
            return f"{name}: {written}Z lies before 1990 or more than two years ahead in a {what}"
    return None


def _read_attributes(mapping: IssueMapping, payload: Payload, fields: dict[str, Any], paths: Paths) -> None:
    attributes: dict[str, Any] = {}
    if mapping.attributes_from is not None:
        whole = payload.at(mapping.attributes_from)
        attributes |= whole if isinstance(whole, dict) else {}
        paths["attributes"] = (mapping.attributes_from,)
    for name, source in mapping.attributes.items():
        value, used = _read_attribute(source, payload)
        if value is not None:
            attributes[name] = _strip_nulls(value)
            paths[f"attributes.{name}"] = used
    fields["attributes"] = attributes


def _read_attribute(source: Source, payload: Payload) -> tuple[Any, tuple[str, ...]]:
    """Plain paths give the JSON value as it is, everything else a text."""
    if isinstance(source, Pluck):
        return payload.pluck(source), (source.path,)
    alternatives = source if isinstance(source, tuple) else (source,)
    if all(isinstance(path, str) for path in alternatives):
        values = ((payload.at(str(path)), (str(path),)) for path in alternatives)
        return next((value for value in values if value[0] is not None), (None, ()))
    text = evaluate(source, payload)
    return (text.text, text.paths) if text else (None, ())


def _strip_nulls(value: Any) -> Any:
    """A JSON value without the keys of objects that hold null, at any depth."""
    if isinstance(value, dict):
        return {name: _strip_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_strip_nulls(inner) for inner in value] if isinstance(value, list) else value
