"""Parses and formats the timestamps of tools in the format that the connector declares."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from causeloop_pipeline.connectors.mapping.times import EPOCH, TICKS, WRITTEN, read_time
from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.model.instant_range import find_range_problem


class TimestampError(ValueError):
    """A value that is not a time in the declared format, or cannot be right."""


class OutOfRangeError(TimestampError):
    """A time that no record of a tool can have."""


def parse_timestamp(value: Any, times: TimeFormat) -> datetime:
    """The time of a tool's value, without a time zone in UTC; TimestampError where it cannot be right."""
    try:
        instant = _read(value, times)
        problem = find_range_problem(instant, datetime.now(UTC))
    except (ValueError, TypeError, OverflowError):
        raise TimestampError(f"{str(value)[:60]!r} is not a time in the format {times.value}") from None
    if problem:
        raise OutOfRangeError(f"{str(value)[:60]!r} {problem}")
    return instant


@lru_cache(maxsize=1024, typed=True)
def _read(value: Any, times: TimeFormat) -> datetime:
    """Kept for a moment: the place of a record in its list and the record itself have the same time."""
    if times is TimeFormat.ISO:
        return _read_iso(str(value))
    if times in WRITTEN:
        return _read_as_mapping(str(value), times)
    try:
        return EPOCH + timedelta(seconds=float(value) / TICKS[times])
    except (ValueError, OverflowError):
        return _read_as_mapping(str(value), times)


def _read_iso(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return _read_as_mapping(text, TimeFormat.ISO)  # with the word UTC, or a comma before the fraction
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _read_as_mapping(text: str, times: TimeFormat) -> datetime:
    instant = read_time(text, times)
    if instant is None:
        raise ValueError(text)
    return instant


def format_timestamp(moment: datetime, form: str, zone: str = "UTC") -> str:
    """A time as a tool's filter expects it: a `TimeFormat` value or a strftime pattern, rounded down."""
    if form == TimeFormat.ISO:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if form in set(TICKS):
        return str(int(moment.timestamp()) * TICKS[TimeFormat(form)])
    return moment.astimezone(ZoneInfo(zone)).strftime(form)
