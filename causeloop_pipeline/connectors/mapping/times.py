"""Times as tools write them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from causeloop_pipeline.connectors.mapping.expressions import TimeFormat

ISO_TIME = re.compile(
    r"^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$"
)
ZONED_TIME = re.compile(r"^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) \(?([A-Z]{3,4})\)?$")
ZONE_HOURS = {
    name: hours
    for hours, names in {
        -10: "HST",
        -9: "AKST",
        -8: "PST AKDT",
        -7: "MST PDT",
        -6: "CST MDT",
        -5: "EST CDT",
        -4: "EDT",
        0: "UTC GMT WET",
        1: "BST WEST CET",
        2: "CEST EET",
        3: "EEST MSK",
        8: "SGT",
        9: "JST KST",
        10: "AEST",
        11: "AEDT",
        12: "NZST",
        13: "NZDT",
    }.items()
    for name in names.split()
}
"""Hours before UTC by the name of a zone, as in the database's function; ambiguous names are not there."""
NUMBER = re.compile(r"^-?\d{1,19}(\.\d+)?$")
TICKS = {
    TimeFormat.EPOCH_SECONDS: 1,
    TimeFormat.EPOCH_MILLISECONDS: 10**3,
    TimeFormat.EPOCH_NANOSECONDS: 10**9,
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_time(text: str, form: TimeFormat) -> datetime | None:
    """A time in a declared format, None where it is none; 0 and -1 stand for "none yet"."""
    try:
        if form is TimeFormat.ISO:
            return _read_iso(text)
        if form is TimeFormat.ZONE_NAME:
            return _read_zoned(text)
        if not NUMBER.match(text) or Decimal(text) <= 0:
            return None
        microseconds = int(Decimal(text) * 10**6 / TICKS[form])
        # PostgreSQL multiplies an interval by a double, which is exact until the year 2255.
        return EPOCH + timedelta(microseconds=int(float(microseconds)))
    except (ValueError, OverflowError):
        return None


def _read_iso(text: str) -> datetime | None:
    if not (parts := ISO_TIME.match(text)):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
    microseconds = round(Decimal(f"0.{parts[7] or 0}") * 10**6)
    local = datetime(year, month, day, hour, minute, second, tzinfo=UTC) + timedelta(
        microseconds=microseconds
    )
    return local - _offset(parts[8] or "Z")


def _read_zoned(text: str) -> datetime | None:
    parts = ZONED_TIME.match(text)
    hours = ZONE_HOURS.get(parts[2]) if parts else None
    local = _read_iso(parts[1]) if parts else None
    return None if local is None or hours is None else local - timedelta(hours=hours)


def _offset(zone: str) -> timedelta:
    if zone in {"Z", "UTC", "GMT"}:
        return timedelta(0)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if zone[0] == "-" else size
