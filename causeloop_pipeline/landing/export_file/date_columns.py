"""Decides how the columns of one file write their dates: what one of them shows holds for the others."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import polars as pl

from causeloop_pipeline.landing.export_file.dates import ISO_8601, NUMBERS, DateFormat, decide_format
from causeloop_pipeline.model.date_order import DateOrder
from causeloop_pipeline.model.instant_range import MAX_AHEAD, MIN_INSTANT

DATE_FIELDS = ("source_created_at", "source_updated_at", "resolved_at")
OPTIONAL_DATES = ("source_updated_at", "resolved_at")


ORDERS = {DateOrder.DAY_FIRST: True, DateOrder.MONTH_FIRST: False}
FORMATS = {
    DateOrder.ISO: ISO_8601,
    DateOrder.EPOCH_SECONDS: NUMBERS,
    DateOrder.EPOCH_MILLISECONDS: NUMBERS,
}


def decide_formats(
    columns: Mapping[str, pl.Series],
    *,
    order: str = DateOrder.RECOGNIZED,
    date_format: str | None = None,
    now: datetime | None = None,
) -> dict[str, DateFormat]:
    """The format of each column of dates.

    Where day and month of one could be swapped, it is as in those columns of the file that leave no doubt.
    """
    chosen = DateOrder(order)
    if date_format or chosen in FORMATS:
        return {name: DateFormat(date_format or FORMATS[chosen]) for name in columns}
    is_day_first = ORDERS.get(chosen)
    formats = {
        name: decide_format(values, is_day_first=is_day_first, now=now) for name, values in columns.items()
    }
    clear = {form.is_day_first for form in formats.values() if not form.is_ambiguous} - {None}
    if len(clear) != 1:
        return formats
    shared_order = clear.pop()
    return {
        name: replace(decide_format(columns[name], is_day_first=shared_order, now=now))
        if form.is_ambiguous
        else form
        for name, form in formats.items()
    }


def holds_moments(instants: pl.Series, now: datetime | None = None) -> bool:
    """Whether any of the values of a column, read as times, can be one: durations read so cannot."""
    latest = (now or datetime.now(UTC)) + MAX_AHEAD
    return bool(instants.is_between(MIN_INSTANT, latest).any())
