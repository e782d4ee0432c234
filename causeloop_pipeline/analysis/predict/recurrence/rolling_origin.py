"""Forecasts as they would have been issued: refit now and then, predict until the next refit, learn weights
from what has closed.

The same walk gives a backtest its predictions and a live prediction its weights and calibration.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.base_models import (
    LEARNED_FROM_ROWS,
    MEMBERS,
    fit_members,
    member_log_odds,
)
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.ensemble import (
    Mixture,
    Record,
    calibrate,
    empty_record,
    fit_mixture,
    mix,
)
from causeloop_pipeline.analysis.predict.recurrence.local_learners import fit_reference, reference_log_odds
from causeloop_pipeline.analysis.predict.recurrence.samples import FORGET_DAYS, RecurrenceRows

LOWEST, HIGHEST = 0.002, 0.995


@dataclass(frozen=True)
class Issued:
    """Rows in the order they were issued, what every member said of them, and the probability; `mixture` is
    the last one.
    """

    rows: RecurrenceRows
    record: Record
    probability: Floats
    reference: Floats
    mixture: Mixture


def roll(
    training: RecurrenceRows,
    asked: RecurrenceRows,
    refits: Sequence[int],
    *,
    windows: tuple[int, ...],
    seed: int,
    budget: int = 60_000,
    earlier: Record | None = None,
) -> Issued:
    """Walk through the refit moments (ms, ascending) and issue every asked row with origin at or after the
    first.

    In: training rows (used only once their window has closed), asked rows, a record of real predictions to
    learn from. At each refit the members see at most `budget` closed rows. Out: Issued, with the asked rows
    only.
    """
    record, steps = earlier or empty_record(), []
    bounds = [*refits, np.iinfo(np.int64).max]
    for number, moment in enumerate(refits):
        known = _closed_before(training, moment, seed + number, budget)
        mixture = fit_mixture(record, windows, moment)
        rows = asked.take((asked.origin >= moment) & (asked.origin < bounds[number + 1]))
        said = _complete(member_log_odds(fit_members(known, seed), rows), len(rows.owner))
        mixed = mix(mixture, said, rows.window)
        probability = np.clip(expit(calibrate(mixture, mixed, rows.window)), LOWEST, HIGHEST)
        spoken = Record(said, mixed, rows.window, rows.origin, rows.closes, rows.happened)
        record = _followed(record, spoken)
        steps.append(Issued(rows, spoken, probability, _reference(known, rows), mixture))
    return _joined(steps)


def _closed_before(training: RecurrenceRows, moment: int, seed: int, budget: int) -> RecurrenceRows:
    """At most `budget` rows whose window closed by the moment, weighed by their age then."""
    which = np.flatnonzero((training.closes <= moment) & ~np.isnan(training.happened))
    if len(which) > budget:
        which = np.sort(np.random.default_rng(seed).permutation(which)[:budget])
    rows = training.take(which)
    newest = rows.weight.max(initial=0.0)
    age = (moment - rows.origin) / DAY_MS
    overlap = np.minimum(1.0, 7.0 / rows.window)
    return replace(rows, weight=overlap * np.exp2(-age / FORGET_DAYS)) if newest > 0 else rows


def _reference(known: RecurrenceRows, rows: RecurrenceRows) -> Floats:
    """Probability of the recency-frequency reference, fitted per window on the same rows."""
    result = np.full(len(rows.owner), np.nan)
    for window in np.unique(rows.window):
        mine, learned = rows.window == window, known.take(known.window == window)
        if len(learned.owner) < LEARNED_FROM_ROWS or learned.happened.min() == learned.happened.max():
            base = learned.happened.mean() if len(learned.owner) else 0.5
            result[mine] = base
            continue
        model = fit_reference(learned.columns, learned.happened, learned.weight)
        result[mine] = expit(reference_log_odds(model, rows.columns[mine]))
    said: Floats = np.clip(result, LOWEST, HIGHEST)
    return said


def _complete(said: dict[str, Floats], size: int) -> dict[str, Floats]:
    return {name: said.get(name, np.full(size, np.nan)) for name in MEMBERS}


def _followed(record: Record, spoken: Record) -> Record:
    said = {name: np.concatenate([record.said[name], spoken.said[name]]) for name in MEMBERS}
    names = ("mixed", "window", "origin", "closes", "happened")
    return Record(said, *(np.concatenate([getattr(record, name), getattr(spoken, name)]) for name in names))


def _joined(steps: list[Issued]) -> Issued:
    names = [field.name for field in fields(RecurrenceRows)]
    rows = RecurrenceRows(*(np.concatenate([getattr(step.rows, name) for step in steps]) for name in names))
    record = steps[0].record
    for step in steps[1:]:
        record = _followed(record, step.record)
    probability, reference = (
        np.concatenate([getattr(step, name) for step in steps]) for name in ("probability", "reference")
    )
    return Issued(rows, record, _monotone(rows, probability), reference, steps[-1].mixture)


def _monotone(rows: RecurrenceRows, probability: Floats) -> Floats:
    """Never less likely in a longer window: running maximum over the windows of one (pattern, origin)."""
    order = np.lexsort((rows.window, rows.origin, rows.owner))
    owner, origin = rows.owner[order], rows.origin[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (owner[1:] != owner[:-1]) | (origin[1:] != origin[:-1])
    group = np.cumsum(fresh)
    result = np.empty(len(order))
    result[order] = np.maximum.accumulate(probability[order] + 2.0 * group) - 2.0 * group
    return result


def refit_moments(origins: Ints, *, most: int, least_days: float = 28.0) -> list[int]:
    """Refit moments among the origins: the first one, then at least `least_days` apart, at most `most` of
    them.
    """
    moments = np.unique(origins)
    apart = max(least_days * DAY_MS, (moments[-1] - moments[0]) / most)
    chosen = [int(moments[0])]
    for moment in moments[1:].tolist():
        if moment - chosen[-1] >= apart:
            chosen.append(moment)
    return chosen
