"""How often a moment like this one comes after a change anyway: work and changes keep the same hours."""

from datetime import timedelta

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints

DAY_US, WEEK_US = 86_400_000_000, 7 * 86_400_000_000
WORKDAYS = 5 / 7
ALWAYS = 0.9


def share_after_change(moments: Ints, changes: Ints, lag: int, span: int) -> Floats:
    """The chance that each moment lies within `lag` after a change, were it in any other week.

    In: moments and sorted changes (microseconds since any instant), the lag, and the length of the observed
    time. Out: a share per moment: of the weeks observed, those in which the same time of the week lay within
    the lag. Where changes come nearly every week at that time, weeks tell nothing apart, and it is of the
    working days observed, those in which the same time of day did. So deploys of office hours are not blamed
    for failures of office hours, nor Tuesday's releases for Wednesday's job, while a weekly release can be.
    """
    if not len(changes):
        return np.zeros(len(moments))
    covered = np.minimum(np.append(np.diff(changes), lag), lag)
    weekly = _covering(moments, changes, covered, WEEK_US) / max(span / WEEK_US, 1.0)
    daily = _covering(moments, changes, covered, DAY_US) / max(span / DAY_US * WORKDAYS, 1.0)
    share: Floats = np.clip(np.where(weekly > ALWAYS, daily, weekly), 0.0, 1.0)
    return share


def _covering(moments: Ints, begins: Ints, lengths: Ints, period: int) -> Floats:
    """How many intervals hold each moment when all are moved into one period; none is longer than it."""
    phase = moments % period
    starts = begins % period
    ends = np.sort(starts + lengths)
    starts = np.sort(starts)
    held = np.searchsorted(starts, phase, "right") - np.searchsorted(ends, phase, "right")
    wrapped = len(starts) - np.searchsorted(ends, phase + period, "right")
    result: Floats = (held + wrapped).astype(np.float64)
    return result


def with_chance(met: pl.DataFrame, changes: pl.DataFrame, lag: timedelta, span: float) -> pl.DataFrame:
    """The rows of frame(service, occurred_at, …) whose service was changed at all, each with its `chance`.

    In: also frame(service, changed_at), the lag, and the seconds of the observed time.
    """
    changed = dict(
        changes.group_by("service").agg(pl.col("changed_at").sort().dt.timestamp("us")).iter_rows()
    )
    step = timedelta(microseconds=1)
    parts = [
        part.with_columns(pl.Series("chance", share_after_change(at, known, lag // step, int(span * 1e6))))
        for (service,), part in met.group_by("service", maintain_order=True)
        if service in changed
        for at, known in [(part["occurred_at"].dt.timestamp("us").to_numpy(), np.array(changed[service]))]
    ]
    return pl.concat(parts) if parts else met.clear().with_columns(pl.lit(0.0).alias("chance"))
