"""The rhythm of a pattern: when its turns are due, such as each seventh day, and which were kept or
missed."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MIN_TURNS = 4
MIN_KEPT_SHARE = 0.75
MIN_EVIDENCE = math.log(100)
MAX_TURNS = 26  # older ones are not looked at: a rhythm may be younger than its pattern
OFF_BEAT = 0.05  # the share of days off the beat that a rhythm may have
TOLERANCES = (0.5, 1.25)  # days that a turn may be early or late
WEEK, MONTH = 7, 30  # days
_PRIOR = {WEEK: 0.3, 2 * WEEK: 0.1, 4 * WEEK: 0.05, MONTH: 0.05, 3 * WEEK: 0.04}
PERIODS = tuple(range(2, 36))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Turns each `period` days from `phase` on (days since 1970), give or take `tolerance` days.

    turns_kept, turns_due: how many of how many turns were kept, of the latest ones before a fix.
    """

    period: float
    phase: float
    tolerance: float
    turns_kept: int
    turns_due: int

    def list_turns(self, start: float, end: float) -> list[float]:
        """The turns that begin after start and before end, in days since 1970."""
        first = math.floor((start + self.tolerance - self.phase) / self.period) + 1
        last = math.ceil((end + self.tolerance - self.phase) / self.period)
        return [self.phase + number * self.period for number in range(first, last)]

    def find_turn(self, time: float) -> float | None:
        """The turn that a time belongs to; None off the beat."""
        turn = self.phase + round((time - self.phase) / self.period) * self.period
        slack = max(self.tolerance, min(1.25, self.period / 4))
        return turn if abs(time - turn) <= slack else None

    def describe(self) -> str:
        """The rhythm in words."""
        return "each week" if self.period == WEEK else f"each {self.period:.0f} days"


def find_rhythm(days: Sequence[float]) -> Rhythm | None:
    """The rhythm of active days, where there plainly is one.

    In: sorted active days before a fix, in days since 1970. Out: the Rhythm with the most evidence, None
    where 100 times likelier than chance is not reached. Method: the likelihood of the days' places within a
    period against evenly spread ones, one of them paying for the phase, times how likely each period is
    beforehand.
    """
    candidates = [
        candidate
        for period in PERIODS
        for tolerance in TOLERANCES
        if 4 * tolerance < period and (candidate := _fit(days, period, tolerance))
    ]
    evidence, rhythm = max(candidates, key=lambda pair: (pair[0], -pair[1].period), default=(0.0, None))
    return rhythm if evidence >= MIN_EVIDENCE else None


def _fit(days: Sequence[float], period: int, tolerance: float) -> tuple[float, Rhythm] | None:
    recent = [day for day in days if day > days[-1] - (MAX_TURNS - 0.5) * period] if days else []
    if len(recent) < MIN_TURNS:
        return None
    phase = _average_phase(recent, period)
    numbers = [round((day - phase) / period) for day in recent]
    on_beat = [
        number
        for day, number in zip(recent, numbers, strict=True)
        if abs(day - phase - number * period) <= tolerance
    ]
    turns_kept = len(set(on_beat))
    if turns_kept < MIN_TURNS:
        return None
    turns_due, off_beat = max(on_beat) - min(on_beat) + 1, len(recent) - turns_kept
    if turns_kept < MIN_KEPT_SHARE * turns_due:
        return None
    share = 2 * tolerance / period
    evidence = (turns_kept - 1) * math.log((1 - OFF_BEAT) / share) + off_beat * math.log(
        OFF_BEAT / (1 - share)
    )
    prior = _PRIOR.get(period, 0.4 / len(PERIODS))
    return evidence + math.log(prior), Rhythm(float(period), phase, tolerance, turns_kept, turns_due)


def _average_phase(days: Iterable[float], period: float) -> float:
    """The circular mean of days within a period."""
    angles = [2 * math.pi * (day % period) / period for day in days]
    mean = math.atan2(sum(map(math.sin, angles)), sum(map(math.cos, angles)))
    return (mean / (2 * math.pi)) % 1 * period


def count_turns(
    rhythm: Rhythm, times: Sequence[float], fixed_at: float, unseen: Sequence[tuple[float, float]]
) -> tuple[list[float], list[float]]:
    """When each turn since a fix was known to be kept or missed.

    In: the rhythm, sorted times of occurrence, the fix, and the observation gaps, all in days since 1970.
    Out: the days on which a turn was kept, and on which it counted as due, both sorted and up to the last
    time that a look may ask for (times after now are the caller's to leave out). A turn in a gap does not
    count unless it was kept; an active day off the beat counts as a turn that was kept.
    """
    first_of_turn: dict[float, float] = {}
    off_beat: dict[int, float] = {}
    for time in times:
        if time <= fixed_at:
            continue
        turn = rhythm.find_turn(time)
        if turn is None:
            off_beat.setdefault(int(time // 1), time)
        else:
            first_of_turn.setdefault(turn, time)
    days_kept = sorted([*first_of_turn.values(), *off_beat.values()])
    taken = {round(turn, 6) for turn in first_of_turn}
    horizon = max(fixed_at, *times[-1:], *(right for _, right in unseen)) if times else fixed_at
    missed = [
        turn + rhythm.tolerance
        for turn in rhythm.list_turns(fixed_at, horizon + 4_000)
        if round(turn, 6) not in taken and not any(left <= turn <= right for left, right in unseen)
    ]
    return days_kept, sorted([*days_kept, *missed])
