"""What a night of learning leaves behind: the fitted members, how much each is listened to, and by how much
they are corrected.

Learning costs seconds and is done once a night; what it leaves answers any number of patterns until the next.
"""

from dataclasses import dataclass, replace

import numpy as np

from causeloop_pipeline.analysis.arrays import DAY_MS, Floats, Ints
from causeloop_pipeline.analysis.predict.recurrence.base_models import (
    FittedMembers,
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
from causeloop_pipeline.analysis.predict.recurrence.features import RunningGaps
from causeloop_pipeline.analysis.predict.recurrence.flat_trees import flat_trees
from causeloop_pipeline.analysis.predict.recurrence.history import History
from causeloop_pipeline.analysis.predict.recurrence.pretrained_prior import pretrained_prior
from causeloop_pipeline.analysis.predict.recurrence.rolling_origin import HIGHEST, LOWEST, roll
from causeloop_pipeline.analysis.predict.recurrence.samples import RecurrenceRows, recurrence_rows

LEAST_EVENTS = 2
TRAINING_PAIRS = 5_000
TRAINING_ORIGINS = 156
CHECKPOINTS = 2


@dataclass(frozen=True)
class LearnedRecurrence:
    """Fitted members (None: too little to learn from) and mixture, for `windows` days, and of how many events
    they were learned.
    """

    windows: tuple[int, ...]
    event_count: int
    members: FittedMembers | None
    mixture: Mixture


@dataclass(frozen=True)
class Answers:
    """Per (window, pair): the probability (windows x pairs), and of each member that spoke its log odds."""

    probability: Floats
    said: dict[str, Floats]


def learn_recurrence(
    history: History, gaps: RunningGaps, *, windows: tuple[int, ...], earlier: Record | None, seed: int
) -> LearnedRecurrence:
    """Learn from what had closed by the history's `phase`.

    In: a history with its gap sums, windows in days (ascending), the record of predictions really issued, a
    seed. Out: LearnedRecurrence. Members are fitted on a sample of past (pattern, origin) pairs; weights and
    calibration come from what they would have said at a few past moments, and from the record.
    """
    now = history.phase
    owner, origin = _sampled_past(history, seed)
    past = recurrence_rows(
        history, gaps, owner, origin, windows=windows, prior=pretrained_prior(), known_until=now
    )
    record = _record_until(past, _checkpoints(origin), windows, earlier or empty_record(), seed)
    members = fit_members(past.take(~np.isnan(past.happened)), seed)
    mixture = fit_mixture(record, windows, now)
    return LearnedRecurrence(windows, len(history.events.at), _portable(members), mixture)


def answer(learned: LearnedRecurrence, rows: RecurrenceRows) -> Answers:
    """What the learned models say of rows whose windows stand one after the other, as `recurrence_rows` does.

    Out: Answers; probabilities never fall with the window.
    """
    said = member_log_odds(learned.members, rows)
    log_odds = calibrate(learned.mixture, mix(learned.mixture, said, rows.window), rows.window)
    shape = (len(np.unique(rows.window)), -1)
    probability = np.clip(expit(log_odds), LOWEST, HIGHEST).reshape(shape)
    return Answers(
        np.maximum.accumulate(probability, axis=0), {name: one.reshape(shape) for name, one in said.items()}
    )


def _portable(members: FittedMembers | None) -> FittedMembers | None:
    """The same members, with trees that can be kept."""
    if members is None or members.trees is None:
        return members
    return replace(members, trees=replace(members.trees, model=flat_trees(members.trees.model)))


def _record_until(
    past: RecurrenceRows, moments: list[int], windows: tuple[int, ...], earlier: Record, seed: int
) -> Record:
    """The record, and after it what would have been said from the moments on."""
    if not moments:
        return earlier
    later = roll(past, past, moments, windows=windows, seed=seed, earlier=earlier).record
    said = {name: np.concatenate([earlier.said[name], later.said[name]]) for name in later.said}
    names = ("mixed", "window", "origin", "closes", "happened")
    return Record(said, *(np.concatenate([getattr(earlier, name), getattr(later, name)]) for name in names))


def _sampled_past(history: History, seed: int) -> tuple[Ints, Ints]:
    """A fixed number of past (pattern, origin) pairs, weekly origins, so that learning costs the same for any
    workspace.
    """
    now = history.phase
    origins = np.arange(
        now - 7 * DAY_MS, max(history.observed_since, now - TRAINING_ORIGINS * 7 * DAY_MS), -7 * DAY_MS
    )[::-1]
    if not len(origins):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    rng = np.random.default_rng(seed)
    share = max(1, int(np.ceil(4 * TRAINING_PAIRS / len(origins))))
    few = np.arange(history.size) if history.size <= share else None
    owner = np.concatenate(
        [few if few is not None else rng.choice(history.size, share, replace=False) for _ in origins]
    )
    origin = np.repeat(origins, len(owner) // len(origins))
    position = history.events.before(owner, origin)
    enough = position - history.events.first[owner] >= LEAST_EVENTS
    which = np.flatnonzero(enough)
    if len(which) > TRAINING_PAIRS:
        which = np.sort(rng.permutation(which)[:TRAINING_PAIRS])
    return owner[which], origin[which]


def _checkpoints(origins: Ints) -> list[int]:
    """A few past moments to have predicted at."""
    if not len(origins):
        return []
    between = np.linspace(int(origins.min()), int(origins.max()), CHECKPOINTS + 2)[1:-1]
    moments: list[int] = np.unique(between.astype(np.int64)).tolist()
    return moments
