"""Finds dates, and times of day with their zone, in texts of people, in English and German."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from causeloop_pipeline.landing.export_file.date_texts import ENGLISH, SHORT, ZONES

FIRST_YEAR = 1990
SHORT_MONTHS = {name[:3]: number for number, name in enumerate(ENGLISH, 1)}
_MONTH = "|".join(sorted((re.escape(name) for name in SHORT), key=len, reverse=True))
_ISO = r"(?P<y1>\d{4})[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?!\d)"
_DAY_FIRST = (
    rf"(?P<d2>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+(?:of\s+)?(?P<m2>{_MONTH})\.?,?[\s-]+(?P<y2>\d{{4}})"
)
_MONTH_FIRST = rf"(?P<m3>{_MONTH})\.?\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y3>\d{{4}})"
_POINTS = r"(?P<d4>\d{1,2})\.(?P<m4>\d{1,2})\.(?P<y4>\d{4})"
_SLASHES = r"(?P<a5>\d{1,2})/(?P<b5>\d{1,2})/(?P<y5>\d{4})"
_DATE = re.compile(
    rf"(?<![\w/-])(?:{_ISO}|{_DAY_FIRST}|{_MONTH_FIRST}|{_POINTS}|{_SLASHES})(?!\d)", re.IGNORECASE
)
_CLOCK = re.compile(
    r"^(?:T|,?\s*(?:at|um|ab|@|from|von|[-–—(])?\s*)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2}(?:[.,]\d+)?)?"
    r"(?!\d)\s*(?P<half>[ap]\.?m\.?)?\s*\(?(?P<zone>Z|UTC[+-]\d{1,2}|GMT[+-]\d{1,2}|[A-Z]{2,4}|[+-]\d{2}:?\d{2})?\b",
    re.IGNORECASE,
)


class WrittenDate(NamedTuple):
    """A date in a text: the day, the time of day behind it, and where it stands."""

    day: date
    clock: time | None
    offset: timedelta | None
    is_ambiguous: bool
    """Whether day and month could be swapped."""
    start: int
    end: int


def find_dates(text: str, *, is_day_first: bool | None = None) -> Iterator[WrittenDate]:
    """The dates of a text, in order, each with the time of day behind it."""
    for match in _DATE.finditer(text):
        read = _read_day(match, is_day_first)
        if read is None:
            continue
        day, is_ambiguous = read
        clock = _CLOCK.match(text[match.end() : match.end() + 40])
        of_day, offset = _read_clock(clock) if clock else (None, None)
        end = match.end() + (clock.end() if clock and of_day else 0)
        yield WrittenDate(day, of_day, offset, is_ambiguous, match.start(), end)


def find_date(text: str, *, is_day_first: bool | None = None) -> WrittenDate | None:
    """The first date of a text."""
    return next(find_dates(text, is_day_first=is_day_first), None)


def decide_order(text: str) -> bool | None:
    """Whether a document writes the day before the month in dates with slashes; None where none tells."""
    for match in re.finditer(_SLASHES, text):
        first, second = int(match["a5"]), int(match["b5"])
        if (first > 12) is not (second > 12):
            return first > 12
    return None


def start_of(written: WrittenDate, zone: str = "UTC") -> datetime:
    """The instant of a date: in the time zone where it has no offset, when the day begins without a time."""
    local = datetime.combine(written.day, written.clock or time())
    if written.offset is not None:
        return local.replace(tzinfo=timezone(written.offset)).astimezone(UTC)
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _read_day(match: re.Match[str], is_day_first: bool | None) -> tuple[date, bool] | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    is_ambiguous = False
    if "a5" in groups:
        first, second, year = int(groups["a5"]), int(groups["b5"]), int(groups["y5"])
        is_ambiguous = is_day_first is None and first <= 12 and second <= 12 and first != second
        is_first_day = is_day_first if is_day_first is not None else first > 12
        day, month = (first, second) if is_first_day else (second, first)
    else:
        number = next(name[1] for name in groups if name[0] == "y")
        year, day = int(groups[f"y{number}"]), int(groups[f"d{number}"])
        month = _read_month(groups[f"m{number}"])
    try:
        found_day = date(year, month, day)
    except ValueError:
        return None
    return (found_day, is_ambiguous) if FIRST_YEAR <= year <= 2100 else None


def _read_month(text: str) -> int:
    return int(text) if text.isdigit() else SHORT_MONTHS[SHORT[text.lower()]]


def _read_clock(clock: re.Match[str]) -> tuple[time | None, timedelta | None]:
    hour, minute = int(clock["hour"]), int(clock["minute"])
    if half := (clock["half"] or "").lower()[:1]:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        return None, None
    return time(hour, minute), _read_offset((clock["zone"] or "").upper())


def _read_offset(zone: str) -> timedelta | None:
    if zone in ZONES:
        return timedelta(hours=ZONES[zone])
    signed = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", zone)
    if signed is None or int(signed[2]) > 15:
        return None
    size = timedelta(hours=int(signed[2]), minutes=int(signed[3] or 0))
    return -size if signed[1] == "-" else size
