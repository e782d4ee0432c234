"""A prediction: how likely a pattern recurs within a window, and its outcome."""

from enum import StrEnum

WINDOWS = (7, 14, 30, 90)


class Impact(StrEnum):
    """How severe a recurrence would be."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """The outcome of a prediction; a quiet window is `prevented` only with a fix in force, else a `miss`."""

    HIT = "hit"
    MISS = "miss"
    PREVENTED = "prevented"
