"""Storms: alerts that flood in over many places at once are one incident, whatever each of them says.

Within a flood the texts tell where it hurts, not why; time tells what belongs together. A source is a stream
of alerts where its issues repeat their titles and come in dense storms over several services, with silence
between them.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints

MIN_SILENCE_SECONDS, MAX_SILENCE_SECONDS = 60.0, 600.0  # that ends a storm
_GAPS_OF_SILENCE = 4.6  # so many mean gaps: one of a hundred random gaps is longer
_RECENT_GAPS = 20
_MIN_ALERTS = 50  # of a source
_MIN_STORM_ALERTS, _MIN_STORM_PLACES = 10, 3
_MIN_STORM_SHARE = 0.8  # of a source's issues that come in storms
_MAX_TITLE_SHARE = 0.5  # distinct titles per issue: people repeat themselves less
_MAX_SINGLE_STORM_SECONDS = 3_600.0  # of a source that had only one: a stream without silence is none
_MAX_STORMY_SHARE = 0.5  # of the time between the first and the last issue


def name_storm_place() -> pl.Expr:
    """Names the place of a storm in an index: all of its source."""
    return ("storm\x1f" + pl.col("source").fill_null("")).alias("place")


def compute_allowed_silence(recent_gaps: Floats) -> float:
    """Computes how long a storm may be silent.

    In: its last gaps in seconds. Out: seconds, 4.6 mean gaps, between one minute and ten.
    """
    mean = float(recent_gaps.mean()) if len(recent_gaps) else 0.0
    return float(np.clip(_GAPS_OF_SILENCE * mean, MIN_SILENCE_SECONDS, MAX_SILENCE_SECONDS))


def split_storms(seconds: Floats) -> Ints:
    """Splits alerts into storms.

    In: times in ascending order. Out: the number of the storm of each.
    """
    gaps = np.diff(seconds)
    begins = np.zeros(len(seconds), dtype=np.int64)
    start = 0
    for place in np.flatnonzero(gaps > MIN_SILENCE_SECONDS).tolist():
        recent = gaps[max(start, place - _RECENT_GAPS) : place]
        if gaps[place] > compute_allowed_silence(recent):
            begins[place + 1] = 1
            start = place + 1
    return np.cumsum(begins)


def find_storm_keys(table: pl.DataFrame) -> pl.Series:
    """Finds the storm of each issue.

    In: canonical issues. Out: per row the id of the storm's first issue, null outside streams of alerts.
    """
    keys = pl.Series("storm_key", [None] * table.height, dtype=pl.String)
    dated = table.with_row_index("row").drop_nulls(["source_created_at", "service"])
    for source in find_alert_sources(dated):
        alerts = dated.filter(pl.col("source").fill_null("") == source)
        storm = split_storms(_seconds(alerts))
        first_of_storm = np.unique(storm, return_index=True)[1]
        ids = alerts["issue_id"].gather(first_of_storm[storm])
        keys = keys.scatter(alerts["row"], ids)
    return keys


def find_alert_sources(dated: pl.DataFrame) -> Sequence[str]:
    """Finds the sources that are streams of alerts.

    In: canonical issues with a time and a service. Out: their names, in order.
    """
    candidates = (
        dated.group_by(pl.col("source").fill_null(""))
        .agg(pl.len().alias("alerts"), pl.col("title").n_unique().alias("titles"), pl.n_unique("service"))
        .filter(
            (pl.col("alerts") >= _MIN_ALERTS)
            & (pl.col("titles") <= _MAX_TITLE_SHARE * pl.col("alerts"))
            & (pl.col("service") >= _MIN_STORM_PLACES)
        )
    )
    names = sorted(candidates["source"].to_list())
    return [name for name in names if _comes_in_storms(dated.filter(pl.col("source").fill_null("") == name))]


def _seconds(alerts: pl.DataFrame) -> Floats:
    return (alerts["source_created_at"].dt.epoch("us") / 1e6).to_numpy()


def _comes_in_storms(alerts: pl.DataFrame) -> bool:
    seconds = _seconds(alerts)
    if float((np.diff(seconds) <= MIN_SILENCE_SECONDS).mean()) < _MIN_STORM_SHARE:
        return False
    storms = (
        alerts.select("service", pl.Series("second", seconds), pl.Series("storm", split_storms(seconds)))
        .group_by("storm")
        .agg(
            pl.len().alias("alerts"),
            pl.n_unique("service"),
            (pl.col("second").max() - pl.col("second").min()).alias("lasted"),
        )
    )
    dense = storms.filter((pl.col("alerts") >= _MIN_STORM_ALERTS) & (pl.col("service") >= _MIN_STORM_PLACES))
    span = float(seconds[-1] - seconds[0])
    is_short = storms.height == 1 and span <= _MAX_SINGLE_STORM_SECONDS
    is_quiet_between = is_short or storms["lasted"].sum() <= _MAX_STORMY_SHARE * span
    return bool(dense["alerts"].sum() >= _MIN_STORM_SHARE * len(seconds) and is_quiet_between)
