"""A prediction: how likely a pattern recurs within a window, and what came of it."""

from enum import StrEnum

WINDOWS = (7, 14, 30, 90)


class Impact(StrEnum):
    """How much a recurrence would hurt."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """`prevented` needs a fix in force and a rate to compare with; silence alone is a `miss`."""

    HIT = "hit"
    MISS = "miss"
    PREVENTED = "prevented"
