"""How often and when a group of failures occurred, as its payload says: by hour or day, by count, or once."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from causeloop_pipeline.connectors.mapping.evaluate import Payload, evaluate, evaluate_time
from causeloop_pipeline.connectors.mapping.expressions import Moment, Source, TimeFormat
from causeloop_pipeline.connectors.mapping.times import read_time

MAX_BUCKETS = 2_000
"""The newest hours or days that are taken of one payload."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How often it has occurred, and when it did last: what more a later payload counts is new."""

    count: Source
    last_at: Moment


@dataclass(frozen=True, kw_only=True)
class Bucketed:
    """A list of hours, or of days, each a pair of its beginning and its count, or an object with both."""

    path: str
    of: Literal["hours", "days"] = "hours"
    format: TimeFormat = TimeFormat.EPOCH_SECONDS
    at: str = "0"
    count: str = "1"


@dataclass(frozen=True, kw_only=True)
class Once:
    """The payload is one event of the group."""

    at: Moment


Occurrences: TypeAlias = Counted | Bucketed | Once | tuple[Counted | Bucketed | Once, ...]


def read_occurrences(declared: Occurrences, payload: Payload) -> dict[str, Any]:
    """What a payload says: `hours` or `days` and counts, `count` and `last_at`, or one `event_at`."""
    read: dict[str, Any] = {}
    for source in declared if isinstance(declared, tuple) else (declared,):
        match source:
            case Bucketed():
                if buckets := _read_buckets(source, payload):
                    read[source.of] = buckets
            case Once():
                if time := evaluate_time(source.at, payload):
                    read["event_at"] = time[0].isoformat()
            case Counted():
                count, last = evaluate(source.count, payload), evaluate_time(source.last_at, payload)
                if count and last and count.text.isascii() and count.text.isdigit() and int(count.text):
                    read |= {"count": min(int(count.text), 2**31 - 1), "last_at": last[0].isoformat()}
    return read


def _read_buckets(source: Bucketed, payload: Payload) -> list[list[Any]]:
    listed = payload.at(source.path)
    buckets: list[list[Any]] = []
    for entry in listed if isinstance(listed, list) else ():
        inner = Payload({"bucket": entry})
        at, count = evaluate(f"bucket.{source.at}", inner), evaluate(f"bucket.{source.count}", inner)
        time = read_time(at.text, source.format) if at else None
        if time and count and count.text.isascii() and count.text.isdigit() and int(count.text):
            buckets.append([time.isoformat(), min(int(count.text), 2**31 - 1)])
    return buckets[-MAX_BUCKETS:]
