"""Whole numbers in bodies."""

from typing import Any

from pydantic import BeforeValidator


def _check_number(value: Any) -> Any:
    if isinstance(value, bool | str):
        raise ValueError("must be a whole number")
    return value


WHOLE = BeforeValidator(_check_number)
"""After `int` and its limits: what JSON takes for a whole number, 7.0 too, and neither "7" nor true."""
