"""What a comment on a recurrence says: counts, dates and the page of the pattern, and no text of anybody."""

from dataclasses import dataclass
from datetime import date, datetime

from causeloop_pipeline.model.prediction import write_probability
from causeloop_pipeline.model.proof import Verdict

ORDINALS = {1: "st", 2: "nd", 3: "rd"}
TEENS = range(11, 14)
ALMOST_CERTAIN = 0.95


@dataclass(frozen=True)
class Recurrence:
    """What is known of a failure that an issue repeats; instants are in the workspace's time zone."""

    ordinal: int
    """Which time it is, the first included."""
    previous_at: datetime | None
    fixed_at: datetime | None
    """When the last claimed fix before it was made."""
    verdict: Verdict | None
    ended_at: datetime | None
    """When the last one before it ended, where no fix was claimed, and something was done then."""
    action: str | None
    next_due: date | None
    probability: float | None
    window_days: int
    pattern_url: str


def write_recurrence(recurrence: Recurrence) -> str:
    """The text of a comment: one paragraph of facts, and the page of the pattern."""
    previous = f", last on {write_day(recurrence.previous_at)}" if recurrence.previous_at else ""
    sentences = [
        f"This failure has occurred for the {write_ordinal(recurrence.ordinal)} time{previous}.",
        write_fix(recurrence),
        write_expectation(recurrence),
    ]
    return f"{' '.join(filter(None, sentences))}\n\nAll that is known of it: {recurrence.pattern_url}"


def write_held(fixed_at: datetime, proof: str, pattern_url: str) -> str:
    """The text with which an issue is closed: which fix held, and why that is shown."""
    return (
        f"The fix of {write_day(fixed_at)} held, and this issue is closed. {proof}\n\n"
        f"Open it again where that is wrong. All that is known of it: {pattern_url}"
    )


def write_fix(recurrence: Recurrence) -> str:
    """What the last fix, or else the last ending, came to; empty where nothing was done."""
    if recurrence.fixed_at is not None:
        day = write_day(recurrence.fixed_at)
        if recurrence.verdict is not None and recurrence.verdict.is_reopening:
            came_to = recurrence.verdict.label if recurrence.verdict.share_held else "did not hold"
            return f"The fix of {day} {came_to}."
        return f"It came back after the fix of {day}; {write_openness(recurrence.verdict)}."
    if recurrence.ended_at is not None and recurrence.action:
        day = write_day(recurrence.ended_at)
        return f"The last one ended on {day} ({recurrence.action}), and it came back."
    return ""


def write_openness(verdict: Verdict | None) -> str:
    """Why a fix that something came back after is not called failed."""
    if verdict is Verdict.NO_SIGN:
        return "there is no sign that it helped"
    return "whether it helped is not provable yet"


def write_expectation(recurrence: Recurrence) -> str:
    """When it is expected next; empty where nothing is predicted."""
    if recurrence.next_due is not None:
        return f"It is next expected on {recurrence.next_due:%A}, {write_day(recurrence.next_due)}."
    if recurrence.probability is not None:
        within = f"within {recurrence.window_days} days"
        if recurrence.probability >= ALMOST_CERTAIN:
            return f"It is almost certain to recur {within}."
        rounded = write_probability(round(recurrence.probability, 1))
        return f"The chance that it recurs {within} is about {rounded}."
    return ""


def write_ordinal(number: int) -> str:
    """Such as 4th."""
    ending = "th" if number % 100 in TEENS else ORDINALS.get(number % 10, "th")
    return f"{number:,}{ending}"


def write_day(day: date) -> str:
    """Such as 3 March 2026."""
    return f"{day.day} {day:%B %Y}"
