"""Parses and formats the timestamps of tools in the format that the connector declares, never by guess."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from causeloop_pipeline.connectors.spec import Times
from causeloop_pipeline.model.instant_range import find_range_problem


class TimestampError(ValueError):
    """A value that is not a time in the declared format, or cannot be right."""


class OutOfRangeError(TimestampError):
    """A time that no record of a tool can have."""


def parse_timestamp(value: Any, times: Times) -> datetime:
    """The time of a tool's value, without a time zone in UTC; TimestampError where it cannot be right."""
    try:
        instant = _read(value, times)
        problem = find_range_problem(instant, datetime.now(UTC))
    except (ValueError, TypeError, OverflowError):
        raise TimestampError(f"{str(value)[:60]!r} is not a time in the format {times.value}") from None
    if problem:
        raise OutOfRangeError(f"{str(value)[:60]!r} {problem}")
    return instant


def _read(value: Any, times: Times) -> datetime:
    if times is Times.ISO:
        instant = datetime.fromisoformat(str(value))
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    scale = 1 if times is Times.EPOCH_SECONDS else 1000
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(value) / scale)


def format_timestamp(moment: datetime, form: str, zone: str = "UTC") -> str:
    """A time as a tool's filter expects it: a `Times` value or a strftime pattern, rounded down."""
    if form == Times.ISO:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == Times.EPOCH_SECONDS:
        return str(int(moment.timestamp()))
    if form == Times.EPOCH_MILLISECONDS:
        return str(int(moment.timestamp()) * 1000)
    return moment.astimezone(ZoneInfo(zone)).strftime(form)
