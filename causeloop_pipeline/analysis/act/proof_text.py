"""What a proof says in words."""

import math
from dataclasses import dataclass
from datetime import date

from causeloop_pipeline.analysis.before_after.fix_watch import FixWatch
from causeloop_pipeline.model.proof import Verdict

Ratio = tuple[float, float, float] | tuple[None, None, None]


@dataclass(frozen=True, slots=True)
class ProofAhead:
    """What silence takes to prove a fix, or took: the day, and the exposure since the fix.

    date: None: not within two years; exposure: None: none is stated.
    """

    date: date | None
    exposure: float | None = None


def write_proof(
    verdict: Verdict, watch: FixWatch, ratio: Ratio, ahead: ProofAhead, spillover_events: int
) -> str:
    """Say what a proof found, in a few sentences.

    In: the verdict, the FixWatch of one look, the ratio with its interval, what silence takes to prove the
    fix, the active days of new patterns on the same service.
    """
    before = watch.before
    if before.events == 0:
        return "It cannot be shown: before the burst that led to the fix there is nothing to compare with."
    exposure = watch.exposure
    span = f"{exposure.before:,.0f} {exposure.unit}" if exposure else f"{before.days:.0f} days"
    usual = (
        f"{_count(before.events, 'active day')} in {span} before the fix, without the burst that led to it"
    )
    wait = _write_wait(watch, ahead)
    if watch.days[0] < 1 and verdict is not Verdict.NO_EXPOSURE:
        fewer = f"Fewer {exposure.unit} than on a usual day have" if exposure else "Less than a day has"
        return f"{fewer} been observed since the fix. {usual}; {wait}."
    since = _write_since(watch)
    carried_on = _count(spillover_events, "active day")
    nothing = (
        f"no {exposure.unit} since" if exposure else "too little was observed, or all else fell silent too"
    )
    openings = {
        Verdict.MOVED: f"Moved: {carried_on} of new patterns on the same service carry on",
        Verdict.NO_EXPOSURE: f"Silence proves nothing: {nothing}",
        Verdict.NOT_PROVABLE_YET: f"Cannot be shown yet; {wait}",
        Verdict.NO_SIGN: "No sign that it helped: it came as often as with nothing changed",
    }
    opening = openings.get(verdict, verdict.label.capitalize())
    return f"{opening}. {since}. {usual}.{_write_ratio(ratio)}"


def write_date(day: date) -> str:
    """A day as people write it: 9 Dec 2026."""
    return f"{day.day} {day:%b %Y}"


def _write_wait(watch: FixWatch, ahead: ProofAhead) -> str:
    if ahead.date is None:
        return "silence will not prove it within two years"
    wait = f"with no further recurrence it is proven on {write_date(ahead.date)}"
    if watch.exposure is None or ahead.exposure is None:
        return wait
    so_far = f"{watch.exposure.since[0]:,.0f} of the {math.ceil(ahead.exposure):,} {watch.exposure.unit}"
    return f"{so_far} needed came without one, and {wait}" if not watch.events[0] else wait


def _write_since(watch: FixWatch) -> str:
    days = f"{watch.days[0]:.0f} observed days"
    rhythm = watch.rhythm
    if rhythm:
        turns_kept, turns_due = int(watch.turns_kept[0]), int(watch.turns_due[0])
        turns = f"{turns_kept} of {_count(turns_due, 'turn')} came" if turns_due else "no turn was due"
        return (
            f"It came {rhythm.describe()} ({rhythm.turns_kept} of {rhythm.turns_due} turns); in {days} "
            f"since the fix {turns}"
        )
    if watch.exposure:
        days = f"{watch.exposure.since[0]:,.0f} {watch.exposure.unit}"
    expected = float(watch.odds.expected[0])
    usual = f"{expected:.1f}" if expected < 10 else f"{expected:.0f}"
    return f"{_count(int(watch.events[0]), 'active day')} in {days} since, where {usual} were to be expected"


def _write_ratio(ratio: Ratio) -> str:
    middle, low, high = ratio
    if middle is None or low is None or high is None:
        return ""
    interval = f"{_write_share(low)} to {_write_share(high)}"
    return f" That is {_write_share(middle)} of the old rate (90 % interval {interval})."


def _write_share(share: float) -> str:
    if share >= 2:
        return f"{share:.1f} times"
    return "under 1 %" if share < 0.01 else f"{100 * share:.0f} %"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
