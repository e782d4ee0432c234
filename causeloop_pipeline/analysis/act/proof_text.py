"""What a proof says in words."""

from datetime import date

from causeloop_pipeline.analysis.before_after.fix_watch import FixWatch
from causeloop_pipeline.model.proof import Verdict

Ratio = tuple[float, float, float] | tuple[None, None, None]


def write_proof(
    verdict: Verdict, watch: FixWatch, ratio: Ratio, earliest: date | None, spillover_events: int
) -> str:
    """Say what a proof found, in a few sentences.

    In: the verdict, the FixWatch of one look, the ratio with its interval, the day on which silence will have
    proven the fix (None: not within two years), the active days of new patterns on the same service.
    """
    before = watch.before
    if before.events == 0:
        return "It cannot be shown: before the burst that led to the fix there is nothing to compare with."
    usual = (
        f"{_count(before.events, 'active day')} in {before.days:.0f} days before the fix, without the burst "
        "that led to it"
    )
    wait = _write_wait(earliest)
    if watch.days[0] < 1 and verdict is not Verdict.NO_EXPOSURE:
        return f"Less than a day has been observed since the fix. {usual}; {wait}."
    since = _write_since(watch)
    carried_on = _count(spillover_events, "active day")
    openings = {
        Verdict.MOVED: f"Moved: {carried_on} of new patterns on the same service carry on",
        Verdict.NO_EXPOSURE: "Silence proves nothing: too little was observed, or all else fell silent too",
        Verdict.NOT_PROVABLE_YET: f"Cannot be shown yet; {wait}",
        Verdict.NO_SIGN: "No sign that it helped: it came as often as with nothing changed",
    }
    opening = openings.get(verdict, verdict.label.capitalize())
    return f"{opening}. {since}. {usual}.{_write_ratio(ratio)}"


def write_date(day: date) -> str:
    """A day as people write it: 9 Dec 2026."""
    return f"{day.day} {day:%b %Y}"


def _write_wait(earliest: date | None) -> str:
    if earliest is None:
        return "silence will not prove it within two years"
    return f"with no further recurrence it is proven on {write_date(earliest)}"


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
