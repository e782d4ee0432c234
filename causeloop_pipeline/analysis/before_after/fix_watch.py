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
from causeloop_pipeline.analysis.before_after.sequential_test import Odds, RateEvidence, TurnEvidence
from causeloop_pipeline.analysis.before_after.turns import Rhythm, count_turns, find_rhythm


@dataclass(frozen=True, slots=True)
class FixWatch:
    """A fix at each look; arrays have one number a look.

    looks: days since the fix. events, days: active days and observed days since. odds: of the sequential
    test. kept, due: turns of the rhythm, where there is one, else of no meaning. quiet: the longest that
    the pattern was as quiet as now before its fix, in days. controls: of each look.
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
    clustering of the whole workspace.
    """
    times = [time for time in history.times.get(pattern_id, []) if time not in ignored]
    past = find_active_days(time for time in times if time < fixed_at)
    before = estimate_baseline(past, fixed_at, history.start, gaps, history.clustering)
    since = [day - fixed_at for day in find_active_days(time for time in times if time > fixed_at)]
    unseen = [(left - fixed_at, right - fixed_at) for left, right in gaps.intervals]
    if controls is None:
        controls = [count_controls(history, fixed_at, fixed_at + look, gaps) for look in looks.tolist()]
    events = np.searchsorted(np.asarray(since, dtype=float), looks, side="right")
    days = np.array([look - gaps.days_between(fixed_at, fixed_at + look) for look in looks.tolist()])
    rhythm = find_rhythm(past)
    turns_kept = turns_due = np.zeros(len(looks))
    if rhythm:
        when_kept, when_due = count_turns(rhythm, times, fixed_at, gaps.intervals)
        turns_kept = np.searchsorted(np.array(when_kept) - fixed_at, looks, side="right").astype(float)
        turns_due = np.searchsorted(np.array(when_due) - fixed_at, looks, side="right").astype(float)
        odds = TurnEvidence(rhythm.turns_kept, rhythm.turns_due, turns_kept, turns_due).judge()
    else:
        calm = draw_calm(controls, history.clustering.dispersion)
        span = (before.start - fixed_at, before.end - fixed_at)
        usual = [day - fixed_at for day in before.active_days]
        odds = RateEvidence(usual, *span, since, looks, unseen, before.dispersion, calm).judge()
    quiet = find_longest_quiet(past, int(events.max(initial=0)), gaps)
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
    )
