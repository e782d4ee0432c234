"""JSON values as PostgreSQL's jsonb writes them as text."""

import json
from decimal import Decimal
from typing import Any

BLANKS = " \t\r\n"


def to_text(value: Any) -> str | None:
    """The trimmed text of a JSON value as `jsonb #>> path` gives it; None for null and for empty texts."""
    if value is None:
        return None
    text = value if isinstance(value, str) else write_json(value)
    return text.strip(BLANKS) or None


def write_json(value: Any) -> str:
    """A JSON value as text, its keys in the order of jsonb."""
    match value:
        case None:
            return "null"
        case bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return str(value)
        case float() | Decimal():
            number = Decimal(repr(value)) if isinstance(value, float) else value
            return format(number.copy_abs() if number.is_zero() else number, "f")
        case list():
            return "[" + ", ".join(write_json(item) for item in value) + "]"
        case dict():
            keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
            return (
                "{"
                + ", ".join(
                    f"{json.dumps(key, ensure_ascii=False)}: {write_json(value[key])}" for key in keys
                )
                + "}"
            )
    raise TypeError(f"not a JSON value: {type(value).__name__}")
