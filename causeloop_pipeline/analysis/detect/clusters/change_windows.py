"""Change windows: how often a moment follows a change by chance, as both keep the same working hours."""

from datetime import timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints

DAY_US, WEEK_US = 86_400_000_000, 7 * 86_400_000_000
WORKDAY_SHARE = 5 / 7
MAX_WEEKLY_SHARE = 0.9  # above it, changes come nearly every week and days are compared instead


def estimate_share_after_change(moments: Ints, changes: Ints, lag: int, span: int) -> Floats:
    """Estimates the chance that each moment would lie within `lag` after a change in any other week.

    In: moments and sorted changes (microseconds since any instant), the lag, and the length of the observed
    time. Out: a share per moment: of the weeks observed, those in which the same time of the week was within
    the lag. Where changes come nearly every week at that time, it is the share of working days in which the
    same time of day was. So deploys in office hours are not blamed for failures in office hours, nor
    Tuesday's releases for Wednesday's job, while a weekly release can be.
    """
    if not len(changes):
        return np.zeros(len(moments))
    window_lengths = np.minimum(np.append(np.diff(changes), lag), lag)
    weeks, workdays = max(span / WEEK_US, 1.0), max(span / DAY_US * WORKDAY_SHARE, 1.0)
    weekly = _count_windows(moments, changes, window_lengths, WEEK_US) / weeks
    daily = _count_windows(moments, changes, window_lengths, DAY_US) / workdays
    share: Floats = np.clip(np.where(weekly > MAX_WEEKLY_SHARE, daily, weekly), 0.0, 1.0)
    return share


def _count_windows(moments: Ints, begins: Ints, lengths: Ints, period: int) -> Floats:
    """How many windows hold each moment when all are moved into one period; no window is longer than it."""
    phase = moments % period
    starts = np.sort(begins % period)
    ends = np.sort(begins % period + lengths)
    open_windows = np.searchsorted(starts, phase, "right") - np.searchsorted(ends, phase, "right")
    into_next_period = len(starts) - np.searchsorted(ends, phase + period, "right")
    count: Floats = (open_windows + into_next_period).astype(np.float64)
    return count


def add_chance_after_change(
    occurrences: pl.DataFrame, changes: pl.DataFrame, lag: timedelta, span: float
) -> pl.DataFrame:
    """Adds to occurrences how likely they follow a change by chance.

    In: frame(service, occurred_at, …), frame(service, changed_at), the lag, the seconds of the observed time.
    Out: the occurrences of services that were changed at all, each with `chance`.
    """
    change_times = dict(
        changes.group_by("service").agg(pl.col("changed_at").sort().dt.timestamp("us")).iter_rows()
    )
    lag_us, span_us = lag // timedelta(microseconds=1), int(span * 1e6)
    parts = []
    for (service,), part in occurrences.group_by("service", maintain_order=True):
        if service not in change_times:
            continue
        moments = part["occurred_at"].dt.timestamp("us").to_numpy()
        chance = estimate_share_after_change(moments, np.array(change_times[service]), lag_us, span_us)
        parts.append(part.with_columns(pl.Series("chance", chance)))
    return pl.concat(parts) if parts else occurrences.clear().with_columns(pl.lit(0.0).alias("chance"))
