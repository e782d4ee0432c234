"""A recommendation: a ranked remediation of one or more patterns."""

import math

from causeloop_pipeline.model.vocabulary import Vocabulary

HORIZON_DAYS = 90
MIN_RECURRENCES = 0.2
"""Days with an issue expected in the horizon; a pattern below it hardly recurs, and is left alone."""


def find_probability_of_least_recurrences(window_days: float, recurrences: float = MIN_RECURRENCES) -> float:
    """The probability in a window for this few recurrences in the horizon, as a Poisson process."""
    return -math.expm1(-recurrences * window_days / HORIZON_DAYS)


def write_amount(amount: float) -> str:
    """A number of recurrences for people: whole, in tens from a hundred on, and never exactly none."""
    if amount < 0.5:
        return "under 1"
    return f"{round(amount, -1 if amount >= 100 else 0):.0f}"


def write_about(amount: float) -> str:
    """A number of recurrences in a sentence: “about 20”, “under 1”."""
    written = write_amount(amount)
    return written if written.startswith("under") else f"about {written}"


def write_expected_recurrences(amount: float) -> str:
    """How many are expected: “about 20 recurrences are expected in 90 days”."""
    noun = "recurrence is" if round(amount) <= 1 else "recurrences are"
    return f"{write_about(amount)} {noun} expected in {HORIZON_DAYS} days"


def write_prevented(expected: float, low: float, high: float) -> str:
    """Recurrences prevented with their 80 % interval, such as “about 20, 14 to 27”."""
    ends = ["0" if low < 0.5 else write_amount(low), "1" if high < 0.5 else write_amount(high)]
    return f"{write_about(expected)}, {ends[0]} to {ends[1]}"


class RecommendationStatus(Vocabulary):
    """The team's progress with a recommendation."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    IMPLEMENTED = "implemented"
    DISMISSED = "dismissed"


OPEN_RECOMMENDATION_STATUSES = (RecommendationStatus.PENDING, RecommendationStatus.IN_PROGRESS)


class RecommendationType(Vocabulary):
    """The kind of change that is recommended; its meaning is in the plural."""

    CODE_FIX = "code_fix", "", "code fixes"
    CONFIG_CHANGE = "config_change", "", "configuration changes"
    PROCESS = "process", "", "process changes"
    MONITORING = "monitoring", "", "monitoring changes"


class Effort(Vocabulary):
    """How much work it takes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class RecommendationImpact(Vocabulary):
    """How much it helps; a quick win is a high benefit at low effort."""

    QUICK_WIN = "quick_win"
    HIGH = "high"
    MEDIUM = "medium"


class TicketStatus(Vocabulary):
    """The status of a recommendation's ticket."""

    QUEUED = "queued"
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AssignableKind(Vocabulary):
    """What a member can take care of."""

    PATTERN = "pattern"
    RECOMMENDATION = "recommendation"
