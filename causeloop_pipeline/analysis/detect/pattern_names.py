"""Disambiguates patterns of the same name by what differs between them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

MAX_NAME_LENGTH = 160
DIMENSIONS = ("service", "component", "region", "environment", "team", "error_type")
"""Dimensions in the order in which people tell failures apart."""
PARTS_OF_WEEK = ("weekday", "time_of_day")
MIN_ISSUES_OF_RHYTHM = 10  # fewer may fall on one weekday by chance


def tell_twins_apart(patterns: pl.DataFrame) -> pl.DataFrame:
    """Gives patterns of one name names that differ.

    In: `PATTERN_SCHEMA`. Out: the same rows; of patterns of one name each bears the value of the first
    dimension of their fingerprints that all of them differ in (a weekday or part of the day only if each has
    ten issues), else the day when it was first seen, else the beginning of its id. Raises nothing.
    """
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    columns = ("pattern_id", "name", "fingerprint", "first_seen_at", "issue_count")
    for row in patterns.select(columns).iter_rows(named=True):
        by_name[row["name"]].append(row)
    names = {
        row["pattern_id"]: _append(name, mark)
        for name, twins in by_name.items()
        if len(twins) > 1
        for row, mark in zip(twins, _find_marks(twins), strict=True)
    }
    if not names:
        return patterns
    renamed = pl.col("pattern_id").replace_strict(names, default=None, return_dtype=pl.String)
    return patterns.with_columns(name=pl.coalesce(renamed, "name"))


def _find_marks(twins: Sequence[Mapping[str, Any]]) -> list[str]:
    """One text a twin, all different."""
    has_rhythm = all((row["issue_count"] or 0) >= MIN_ISSUES_OF_RHYTHM for row in twins)
    for dimension in (*DIMENSIONS, *(PARTS_OF_WEEK if has_rhythm else ())):
        values = [_value_of(row["fingerprint"], dimension) for row in twins]
        marks = [value for value in values if value is not None]
        if len(set(marks)) == len(twins):
            return [f"{value.capitalize()}s" if dimension == "weekday" else value for value in marks]
    moments = [row["first_seen_at"] for row in twins]
    days = [_format_day(moment) for moment in moments if moment is not None]
    if len(set(days)) == len(twins):
        return [f"since {day}" for day in days]
    return [str(row["pattern_id"])[:8] for row in twins]


def _value_of(fingerprint: Mapping[str, Any] | None, dimension: str) -> str | None:
    trait = (fingerprint or {}).get(dimension)
    return str(trait["value"]) if trait else None


def _format_day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _append(name: str, mark: str) -> str:
    room = MAX_NAME_LENGTH - len(mark) - 3
    return f"{name[:room]} · {mark}"
