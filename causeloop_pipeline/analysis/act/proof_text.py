"""What a proof says in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from causeloop_pipeline.analysis.act.verdicts import MIN_ODDS_OF_HALF
from causeloop_pipeline.analysis.before_after.activity import Spillover
from causeloop_pipeline.analysis.before_after.fix_watch import FixWatch
from causeloop_pipeline.model.proof import Verdict

Ratio = tuple[float, float, float] | tuple[None, None, None]
_MIN_SHARE = 0.01  # of the old rate, below which there is no figure


@dataclass(frozen=True, slots=True)
class ProofAhead:
    """What silence takes to prove a fix, or took: the day, and the exposure since the fix.

    date: None: not within two years; exposure: None: none is stated.
    """

    date: date | None
    exposure: float | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Where a failure may have moved to: new patterns of the same service.

    days: on which they occurred; name: of the one with the most of them, None if unknown; others: beside it.
    """

    days: int
    name: str | None
    others: int

    @classmethod
    def name_patterns(cls, spillover: Spillover, names: Mapping[str, str | None]) -> "Move":
        """Name the patterns of a spillover."""
        name = names.get(spillover.pattern_ids[0]) if spillover.pattern_ids else None
        return cls(spillover.days, name, max(len(spillover.pattern_ids) - 1, 0))

    def write(self) -> str:
        """Which patterns occurred on how many days."""
        if self.name is None:
            return f"since the fix, new patterns of the same service occurred on {_count(self.days, 'day')}"
        whom = f" and {_count(self.others, 'other new pattern')} of the same service"
        moved_to = whom if self.others else ", a new pattern of the same service,"
        return f"since the fix, “{self.name}”{moved_to} occurred on {_count(self.days, 'day')}"


def write_proof(verdict: Verdict, watch: FixWatch, ratio: Ratio, ahead: ProofAhead, move: Move) -> str:
    """Say what a proof found, in a few sentences.

    In: the verdict, the FixWatch of one look, the ratio with its interval, what silence takes to prove the
    fix, the new patterns on the same service.
    """
    if watch.before.events == 0:
        return "It cannot be judged: there is nothing to compare with before the burst that led to the fix."
    exposure, usual, wait = watch.exposure, _write_usual(watch), _write_wait(watch, ahead)
    if watch.days[0] < 1 and verdict is not Verdict.NO_EXPOSURE:
        fewer = f"Fewer {exposure.unit} than on a usual day have" if exposure else "Less than a day has"
        return f"{fewer} been observed since the fix; {wait}. {usual}."
    nothing = (
        f"no {exposure.unit} since the fix"
        if exposure
        else "too little was observed, or everything else fell silent too"
    )
    openings = {
        Verdict.MOVED: f"Moved elsewhere: {move.write()}",
        Verdict.NO_EXPOSURE: f"Silence proves nothing yet: {nothing}",
        Verdict.NOT_PROVABLE_YET: f"{_write_doubt(watch)}; {wait}",
        Verdict.NO_SIGN: "No sign that it helped: it recurs about as often as before",
    }
    opening = openings.get(verdict, verdict.label.capitalize())
    return f"{opening}. {_write_since(watch)}. {usual}.{_write_ratio(ratio)}"


def _write_doubt(watch: FixWatch) -> str:
    """What is not provable: that anything changed, or only by how much."""
    is_lower = watch.events[0] >= 2 and watch.odds.against_no_change[0] >= MIN_ODDS_OF_HALF
    return (
        "It recurs less often, but whether its rate has halved cannot be proven yet"
        if is_lower
        else "Not provable yet"
    )


def write_date(day: date) -> str:
    """A day as people write it: 9 Dec 2026."""
    return f"{day.day} {day:%b %Y}"


def _write_wait(watch: FixWatch, ahead: ProofAhead) -> str:
    if ahead.date is None:
        return "silence alone will not prove it within two years"
    wait = f"if it stays away, it will be proven on {write_date(ahead.date)}"
    if watch.exposure is None or ahead.exposure is None:
        return wait
    so_far = f"{watch.exposure.since[0]:,.0f} of the {math.ceil(ahead.exposure):,} {watch.exposure.unit}"
    return f"{so_far} needed came without one, and {wait}" if not watch.events[0] else wait


def _write_usual(watch: FixWatch) -> str:
    before, exposure = watch.before, watch.exposure
    unless = "not counting the burst that led to it"
    if exposure:
        uses = f"{exposure.before:,.0f} {exposure.unit}"
        return f"Before the fix it occurred on {_count(before.events, 'day')} in {uses}, {unless}"
    days = max(round(before.days), before.events)
    return f"Before the fix it occurred on {before.events} of {days} days, {unless}"


def _write_since(watch: FixWatch) -> str:
    rhythm, exposure = watch.rhythm, watch.exposure
    if rhythm:
        came, due = int(watch.turns_kept[0]), int(watch.turns_due[0])
        turns = f"it came {came} of the {_count(due, 'time')} it was due" if due else "it was not due yet"
        return (
            f"It used to come {rhythm.describe()} ({rhythm.turns_kept} of {rhythm.turns_due} times); "
            f"in {_count(round(watch.days[0]), 'observed day')} since the fix, {turns}"
        )
    events, expected = int(watch.events[0]), float(watch.odds.expected[0])
    usual = f"where {_write_expected(expected)} expected"
    if exposure:
        uses = f"{exposure.since[0]:,.0f} {exposure.unit}"
        return f"Since the fix it occurred on {_count(events, 'day')} in {uses}, {usual}"
    observed = _count(max(round(watch.days[0]), events), "observed day")
    return f"Since the fix it occurred on {events} of {observed}, {usual}"


def _write_expected(days: float) -> str:
    if days < 0.5:
        return "hardly one was"
    return "about 1 was" if round(days) == 1 else f"about {days:,.0f} were"


def _write_ratio(ratio: Ratio) -> str:
    middle, low, high = ratio
    if middle is None or low is None or high is None:
        return ""
    interval = (
        f"up to {_write_share(high)}" if low < _MIN_SHARE else f"{_write_share(low)} to {_write_share(high)}"
    )
    return f" That is {_write_share(middle)} of the old rate (90 % interval {interval})."


def _write_share(share: float) -> str:
    if share >= 2:
        return f"{share:.1f} times"
    return "under 1 %" if share < _MIN_SHARE else f"{100 * share:.0f} %"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
