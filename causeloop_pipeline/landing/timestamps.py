"""Foreign spellings of time, read as the connector declares them and never by guess."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from causeloop_pipeline.connectors.spec import Times


class InstantError(ValueError):
    """A value that is not a time in the declared format."""


def instant(value: Any, times: Times) -> datetime:
    """The moment that a vendor's value names; without a zone it is UTC."""
    try:
        if times is Times.ISO:
            read = datetime.fromisoformat(str(value))
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        scale = 1 if times is Times.EPOCH_SECONDS else 1000
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=float(value) / scale)
    except (ValueError, TypeError, OverflowError):
        raise InstantError(f"{str(value)[:60]!r} is not a time in the format {times.value}") from None


def spelled(moment: datetime, form: str, zone: str = "UTC") -> str:
    """A moment as a vendor's filter wants it: a `Times` value or a strftime pattern, rounded down."""
    if form == Times.ISO:
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == Times.EPOCH_SECONDS:
        return str(int(moment.timestamp()))
    if form == Times.EPOCH_MILLISECONDS:
        return str(int(moment.timestamp()) * 1000)
    return moment.astimezone(ZoneInfo(zone)).strftime(form)
