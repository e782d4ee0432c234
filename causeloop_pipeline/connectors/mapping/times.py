"""Times as tools write them."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from causeloop_pipeline.connectors.mapping.expressions import TimeFormat

ISO_TIME = re.compile(
    r"^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d*)|,(\d+))?)?"
    r"\s*([AaPp][Mm])?\s*(Z|UTC|GMT|[+-](?:0\d|1[0-5])(?::?[0-5]\d)?)?)?$",
    re.ASCII,
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
"""Hours before UTC by the name of a zone; ambiguous names are not there."""
MAIL_TIME = re.compile(
    r"^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d(?::\d\d)?) ?"
    r"(Z|UTC|GMT|[+-](?:0\d|1[0-5])[0-5]\d)?$"
)
US_TIME = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}) (\d{1,2}):(\d\d)(:\d\d)? ([AP])M$")
COMPACT_TIME = re.compile(
    r"^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\.\d{1,9})?(Z|[+-](?:0\d|1[0-5])[0-5]\d)?$", re.ASCII
)
SERIAL_TIME = re.compile(r"^(\d{5}(?:\.\d{1,20})?)$")
MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
SERIAL_EPOCH_DAYS = 25_569
"""30 December 1899 to 1 January 1970."""
NUMBER = re.compile(r"^-?\d{1,19}(\.\d+)?$", re.ASCII)
TICKS = {
    TimeFormat.EPOCH_SECONDS: 1,
    TimeFormat.EPOCH_MILLISECONDS: 10**3,
    TimeFormat.EPOCH_NANOSECONDS: 10**9,
}
FIRST_WRONG_YEAR = 2200
EPOCH_DIGITS = re.compile(r"(\d{10}|\d{13}|\d{19})(?:\.\d+)?", re.ASCII)
UNIT_OF_DIGITS = {
    10: TimeFormat.EPOCH_SECONDS,
    13: TimeFormat.EPOCH_MILLISECONDS,
    19: TimeFormat.EPOCH_NANOSECONDS,
}
"""From 2001 to 2286 the number of digits says the unit."""
DAY_AND_HOUR = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T. ]\d\d:", re.ASCII)
OTHER_SIGNS = re.compile(r"^(\d{4})([-/])(\d\d)\2(\d\d)[T. ](?=\d)", re.ASCII)
"""Of a day written with slashes, or before a full stop."""
NOON, LAST_MINUTE, LAST_SECOND, END_OF_DAY = 12, 59, 60, (24, 0, 0)
"""A minute may have a leap second; the end of a day is the beginning of the next."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_time(text: str, form: TimeFormat) -> datetime | None:
    """A time in a declared format, None where it is none; 0 and -1 stand for "none yet".

    Another version of a tool may write numbers for texts, or the other way round: what can be read in one
    way only is read in that way.
    """
    declared = _read_declared(text, form)
    if declared is not None and declared.year < FIRST_WRONG_YEAR:
        return declared
    other = None
    if digits := EPOCH_DIGITS.fullmatch(text):
        other = _read_declared(text, UNIT_OF_DIGITS[len(digits[1])])
    elif DAY_AND_HOUR.match(text):
        other = _read_declared(text, TimeFormat.ISO)
    return other if other is not None and other.year < FIRST_WRONG_YEAR else declared


def _read_declared(text: str, form: TimeFormat) -> datetime | None:
    try:
        if form in WRITTEN:
            return WRITTEN[form](text)
        if not NUMBER.match(text) or Decimal(text) <= 0:
            return None
        microseconds = int(Decimal(text) * 10**6 / TICKS[form])
        # As a double, which is exact until the year 2255: earlier versions stored times so.
        return EPOCH + timedelta(microseconds=int(float(microseconds)))
    except (ValueError, OverflowError):
        return None


def _read_iso(text: str) -> datetime | None:
    if not (parts := ISO_TIME.match(OTHER_SIGNS.sub(r"\1-\3-\4 ", text))):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
    if parts[9]:
        hour = _count_from_midnight(hour, is_afternoon=parts[9].upper() == "PM")
    if second > LAST_SECOND or minute > LAST_MINUTE or (hour, minute, second) > END_OF_DAY:
        return None
    microseconds = round(Decimal(f"0.{parts[7] or parts[8] or 0}") * 10**6)
    since_midnight = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microseconds)
    return datetime(year, month, day, tzinfo=UTC) + since_midnight - _offset(parts[10] or "Z")


def _count_from_midnight(hour: int, *, is_afternoon: bool) -> int:
    if hour > NOON:
        raise ValueError(f"no hour of a clock of twelve: {hour}")
    return hour % NOON + (NOON if is_afternoon else 0)


def _read_mail(text: str) -> datetime | None:
    parts = MAIL_TIME.match(text)
    if not parts or (place := MONTHS.find(parts[2])) % 3:
        return None
    return _read_iso(f"{parts[3]}-{place // 3 + 1:02}-{int(parts[1]):02}T{parts[4]}{parts[5] or ''}")


def _read_us(text: str) -> datetime | None:
    if not (parts := US_TIME.match(text)):
        return None
    hour = int(parts[4]) % NOON + (NOON if parts[7] == "P" else 0)
    day = f"{parts[3]}-{int(parts[1]):02}-{int(parts[2]):02}"
    return _read_iso(f"{day}T{hour:02}:{parts[5]}{parts[6] or ''}")


def _read_compact(text: str) -> datetime | None:
    if not (parts := COMPACT_TIME.match(text)):
        return None
    year, month, day, hour, minute, second, fraction, zone = parts.groups(default="")
    return _read_iso(f"{year}-{month}-{day}T{hour}:{minute}:{second}{fraction}{zone}")


def _read_serial(text: str) -> datetime | None:
    """To the second, which is all that the fractions of tools are good for."""
    if not SERIAL_TIME.match(text):
        return None
    seconds = (Decimal(text) - SERIAL_EPOCH_DAYS) * 86_400
    return EPOCH + timedelta(seconds=math.floor(seconds + Decimal("0.5")))


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


WRITTEN: dict[TimeFormat, Callable[[str], datetime | None]] = {
    TimeFormat.ISO: _read_iso,
    TimeFormat.ZONE_NAME: _read_zoned,
    TimeFormat.MAIL: _read_mail,
    TimeFormat.US: _read_us,
    TimeFormat.COMPACT: _read_compact,
    TimeFormat.SERIAL_DAYS: _read_serial,
}
"""The formats that are no number of ticks."""
