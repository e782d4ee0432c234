"""A recommendation: a ranked remediation of one or more patterns."""

from enum import StrEnum


class RecommendationStatus(StrEnum):
    """The team's progress with a recommendation."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    IMPLEMENTED = "implemented"
    DISMISSED = "dismissed"


class RecommendationType(StrEnum):
    """What kind of change is recommended."""

    CODE_FIX = "code_fix"
    CONFIG_CHANGE = "config_change"
    PROCESS = "process"
    MONITORING = "monitoring"


class Effort(StrEnum):
    """How much work it takes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class RecommendationImpact(StrEnum):
    """How much it helps; a quick win is a high benefit at low effort."""

    HIGH = "high"
    MEDIUM = "medium"
    QUICK_WIN = "quick_win"
