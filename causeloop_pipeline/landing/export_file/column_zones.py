"""The time zone that the name of a column states: `Created (Europe/Vienna)`, `Opened [UTC+2]`."""

import re
from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from causeloop_pipeline.landing.export_file.date_texts import ZONES

IN_NAME = re.compile(r"(?P<name>.*\S)\s*[(\[]\s*(?P<zone>[A-Za-z0-9_+:/ -]{1,40}?)\s*[)\]]\s*")
OFFSET = re.compile(r"(?:UTC|GMT)?\s?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?00)?")
MAX_HOURS = 14


@lru_cache(maxsize=4_096)
def split_zone(column: str) -> tuple[str, str | None]:
    """A column's name without the zone in it, and the zone; None where it states none."""
    match = IN_NAME.fullmatch(column)
    zone = _read_zone(match["zone"]) if match else None
    return (match["name"], zone) if match and zone else (column, None)


def choose_zone(column: str, timezone: str) -> str:
    """The time zone of the dates in a column: what its name states, or else what all have."""
    return split_zone(column)[1] or timezone


def describe_zones(columns: Mapping[str, str]) -> list[str]:
    """Which columns are read in the zone that their names state, as people check it."""
    return [
        f"column {column!r} is read in the time zone {zone}, by its name"
        for column in columns.values()
        if (zone := split_zone(column)[1]) and zone != "UTC"
    ]


def _read_zone(text: str) -> str | None:
    if text in {"UTC", "GMT", "Z"}:
        return "UTC"
    if text in ZONES:
        return _name_offset(ZONES[text])
    if offset := OFFSET.fullmatch(text):
        return _name_offset(int(f"{offset['sign']}{offset['hours']}"))
    try:
        return ZoneInfo(text).key if "/" in text else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _name_offset(hours: int) -> str | None:
    """The zone of a fixed offset, whose names count the other way."""
    if abs(hours) > MAX_HOURS:
        return None
    return f"Etc/GMT{-hours:+}" if hours else "UTC"
