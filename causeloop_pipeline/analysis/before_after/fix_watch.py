"""What is known of a claimed fix at any number of looks: one look in a run, each day's in a simulation."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.before_after.activity import (
    ActivityHistory,
    count_controls,
    find_active_days,
)
from causeloop_pipeline.analysis.before_after.baseline import (
    Baseline,
    Controls,
    ObservationGaps,
    draw_calm,
    estimate_baseline,
    find_longest_quiet,
)
from causeloop_pipeline.analysis.before_after.operational_time import Clock
from causeloop_pipeline.analysis.before_after.sequential_test import Odds, RateEvidence, TurnEvidence
from causeloop_pipeline.analysis.before_after.turns import Rhythm, count_turns, find_rhythm

UNCHANGED = Controls(1e6, 1e3, 1e6, 1e3)
"""Of a rate by exposure: how busy the workspace was is measured, not guessed from its other patterns."""


@dataclass(frozen=True, slots=True)
class ExposureCounts:
    """How often what may fail was used. unit: an ExposureUnit; usual: of a usual day; since: one a look."""

    unit: str
    usual: float
    before: float
    since: Floats


@dataclass(frozen=True, slots=True)
class FixWatch:
    """A fix at each look; arrays have one number a look.

    looks: days since the fix. events, days: active days and observed days since, days being usual ones where
    there is an exposure. odds: of the sequential test. turns_kept, turns_due: of the rhythm, where there is
    one, else of no meaning. quiet: the longest that the pattern was as quiet as now before its fix, in days.
    controls: of each look.
    """

    before: Baseline
    looks: Floats
    events: Floats
    days: Floats
    odds: Odds
    rhythm: Rhythm | None
    turns_kept: Floats
    turns_due: Floats
    quiet: Floats
    controls: Sequence[Controls]
    exposure: ExposureCounts | None = None


@dataclass(frozen=True, slots=True)
class _Timeline:
    """A fix in days since any date, or in usual days of its exposure."""

    before: Sequence[float]
    fixed_at: float
    since: Sequence[float]
    looks: Floats
    gaps: ObservationGaps
    start: float


def watch_fix(
    pattern_id: str,
    fixed_at: float,
    history: ActivityHistory,
    gaps: ObservationGaps,
    looks: Floats,
    *,
    controls: Sequence[Controls] | None = None,
    ignored: Collection[float] = (),
) -> FixWatch:
    """Gather the evidence on a fix at each look, from what had occurred by then.

    In: the pattern, its fix in days since 1970, the history, the observation gaps, the looks in days after
    the fix, ascending; controls of each look, counted from the history if not given; times that do not
    count, in days since 1970. Out: a FixWatch; what occurs after a look changes nothing at it, but for the
    clustering of the whole workspace. A pattern whose exposure the history has is watched in usual days of
    it, against itself alone.
    """
    times = [time for time in history.times.get(pattern_id, []) if time not in ignored]
    exposure = history.exposure.get(pattern_id)
    clock = Clock(exposure, exposure.measure_usual(fixed_at), fixed_at) if exposure else None
    line = _place(times, fixed_at, history, gaps, looks, clock)
    past, start = find_active_days(line.before), line.fixed_at
    before = estimate_baseline(past, start, line.start, line.gaps, history.clustering)
    since = [day - start for day in find_active_days(line.since)]
    unseen = [(left - start, right - start) for left, right in line.gaps.intervals]
    if clock:
        controls = [UNCHANGED] * len(looks)
    elif controls is None:
        controls = [count_controls(history, fixed_at, fixed_at + look, gaps) for look in looks.tolist()]
    events = np.searchsorted(np.asarray(since, dtype=float), line.looks, side="right")
    days = np.array([look - line.gaps.days_between(start, start + look) for look in line.looks.tolist()])
    rhythm = find_rhythm(past) if clock is None else None
    turns_kept = turns_due = np.zeros(len(looks))
    if rhythm:
        when_kept, when_due = count_turns(rhythm, times, fixed_at, gaps.intervals)
        turns_kept = np.searchsorted(np.array(when_kept) - fixed_at, looks, side="right").astype(float)
        turns_due = np.searchsorted(np.array(when_due) - fixed_at, looks, side="right").astype(float)
        odds = TurnEvidence(rhythm.turns_kept, rhythm.turns_due, turns_kept, turns_due).judge()
    else:
        calm = draw_calm(controls, history.clustering.dispersion)
        span = (before.start - start, before.end - start)
        usual = [day - start for day in before.active_days]
        odds = RateEvidence(usual, *span, since, line.looks, unseen, before.dispersion, calm).judge()
    quiet = find_longest_quiet(past, int(events.max(initial=0)), line.gaps)
    return FixWatch(
        before,
        looks,
        events.astype(float),
        np.maximum(days, 0.0),
        odds,
        rhythm,
        turns_kept,
        turns_due,
        quiet[events],
        controls,
        _count_exposure(clock, before, days) if clock else None,
    )


def _place(
    times: Sequence[float],
    fixed_at: float,
    history: ActivityHistory,
    gaps: ObservationGaps,
    looks: Floats,
    clock: Clock | None,
) -> _Timeline:
    if clock is None:
        before = [time for time in times if time < fixed_at]
        since = [time for time in times if time > fixed_at]
        return _Timeline(before, fixed_at, since, looks, gaps, history.start)
    before, at, since = clock.place_times(times)
    return _Timeline(before, at, since, clock.read(fixed_at + looks) - at, clock.place_gaps(gaps), 0.0)


def _count_exposure(clock: Clock, before: Baseline, days: Floats) -> ExposureCounts:
    return ExposureCounts(
        clock.time.unit, clock.usual, before.days * clock.usual, np.maximum(days, 0.0) * clock.usual
    )
