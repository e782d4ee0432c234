"""Cursor values as what the next sync starts from, and the sizes and shapes of rows."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

MAX_ROW_BYTES = 1_000_000
PAGE_BYTES = 8_000_000
BEGINNING_CHARACTERS = 200

Row = dict[str, Any]
Job = Mapping[str, Any]


def build_cursor(value: Any, now: datetime) -> dict[str, str]:
    """The cursor at a value; a row dated in the future does not move it past the present."""
    if isinstance(value, datetime):
        return {"instant": min(read_time(value, now), now).isoformat()}
    return {"value": value.isoformat() if isinstance(value, date) else str(value)}


def name_type(value: Any) -> str:
    """What a cursor value is compared as in the next statement."""
    if isinstance(value, datetime):
        return "instant" if value.tzinfo else "naive"
    if isinstance(value, date):
        return "date"
    return "number" if isinstance(value, int | float | Decimal) else "text"


def read_time(value: Any, now: datetime) -> datetime:
    """The time of a cursor value; a value that is not a time counts as current."""
    if not isinstance(value, datetime):
        return now
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def measure(row: Mapping[str, Any]) -> int:
    """About how many bytes a row's values hold."""
    return sum(_measure(value) for value in row.values())


def _measure(value: Any) -> int:
    if isinstance(value, str | bytes | bytearray):
        return len(value)
    return len(str(value)) if isinstance(value, dict | list | tuple) else 16


def begin_row(row: Mapping[str, Any]) -> str:
    """The beginning of a row that is too large to be kept."""
    short = {name: str(value)[:BEGINNING_CHARACTERS] for name, value in row.items()}
    return json.dumps(short)[:BEGINNING_CHARACTERS]


def shape_record(record: Row, shape: Mapping[str, str] | None) -> Row:
    """The record that a preset's columns stand for: each at its path, without those that hold nothing."""
    if shape is None:
        return record
    shaped: Row = {}
    for column, path in shape.items():
        value = record.get(column)
        if value is None:
            continue
        *parents, last = path.split(".")
        place = shaped
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return shaped
