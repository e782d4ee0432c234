"""Values of a database or a workbook as JSON values."""

import base64
import math
from datetime import date, time
from decimal import Decimal
from typing import Any


def to_json(value: Any) -> Any:
    """A value of a database or of a typed cell as a JSON value."""
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if value is None or isinstance(value, str | int):
        return value
    return _convert_scalar(value)


def _convert_scalar(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | time) else str(value)
