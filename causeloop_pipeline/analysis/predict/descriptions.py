"""Describes the patterns to predict: how often, when and where they occur, their triggers and curves."""

from datetime import date, datetime

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.predict.prophet.curves import ForecastCurves, build_forecast_curves
from causeloop_pipeline.analysis.predict.recurrence.history import NumberedOccurrences, OccurrenceHistory
from causeloop_pipeline.analysis.predict.triggers.timing import (
    list_likely_cells,
    list_likely_places,
    number_timing_cells,
)
from causeloop_pipeline.analysis.predict.triggers.trigger_text import format_trigger
from causeloop_pipeline.model.nested_columns import TIME_SHARE

DAYS_OF_WEEK = 7


def list_likely_times(
    history: OccurrenceHistory, occurrences: pl.DataFrame, numbers: Ints, as_of: datetime
) -> pl.Series:
    """List when some patterns of a workspace tend to occur, whose habits are part of theirs.

    In: the history and the occurrences of the whole workspace, with `local`; the numbers of the patterns; the
    time of the judgement. Out: `likely_when` of each, empty before each part of the week was observed once.
    """
    if history.observed_days < DAYS_OF_WEEK:
        return pl.Series("likely_when", [[]] * len(numbers), dtype=pl.List(TIME_SHARE))
    cell = occurrences.select(number_timing_cells(pl.col("local"))).to_series().to_numpy()
    age = occurrences.select((pl.lit(as_of) - pl.col("occurred_at")).dt.total_seconds() / 86_400).to_series()
    return list_likely_cells(history.events.pattern_idx, cell, age.to_numpy(), history.size, numbers)


def describe_patterns(
    history: OccurrenceHistory, occurrences: NumberedOccurrences, when: pl.Series
) -> pl.DataFrame:
    """Count the occurrences of patterns and list where they are.

    In: the history of the patterns, their occurrences, when they tend to occur. Out: frame(pattern_id,
    event_count, likely_when, likely_where).
    """
    counts = np.diff(history.events.first)
    base = pl.DataFrame({"pattern_id": history.patterns, "event_count": counts, "likely_when": when})
    return base.join(list_likely_places(occurrences), on="pattern_id", how="left", maintain_order="left")


def add_triggers(about: pl.DataFrame, triggers: pl.DataFrame) -> pl.DataFrame:
    """Add the evidence of what triggers each pattern, and its sentence.

    In: frame(pattern_id, impact, …), `find_triggers`. Out: the same rows with `evidence` and
    `likely_trigger`; an impact that is not known is medium.
    """
    texts = [format_trigger(evidence) for evidence in triggers["evidence"].to_list()]
    with_text = triggers.with_columns(pl.Series("likely_trigger", texts, dtype=pl.String))
    frame = about.join(with_text, on="pattern_id", how="left", maintain_order="left")
    return frame.with_columns(pl.col("impact").fill_null("medium"), pl.col("evidence").fill_null([]))


def draw_curves(
    history: OccurrenceHistory, own: pl.DataFrame, everything: pl.DataFrame, today: date
) -> ForecastCurves:
    """Draw the forecasts of patterns and of the whole workspace.

    In: the history of the patterns; their occurrences and those of the workspace, with `local`; the local
    date. Out: the curves.
    """
    days_ago = (pl.lit(today) - pl.col("local").dt.date()).dt.total_days()
    own_days, all_days = (rows.select(days_ago).to_series().to_numpy() for rows in (own, everything))
    return build_forecast_curves(
        history.patterns, history.events.pattern_idx, own_days, today=today, workspace_days_ago=all_days
    )
