"""A pattern: the issues that share one root cause."""

from enum import StrEnum

CENTRAL_MEMBERS = 25
"""How many of its most central issues represent a pattern in a link or unlink, and under retention."""


class PatternStatus(StrEnum):
    """An emerging pattern is a suggestion, an active one is trusted, a resolved one is proven fixed."""

    EMERGING = "emerging"
    ACTIVE = "active"
    RESOLVED = "resolved"


class LineageKind(StrEnum):
    """Why the issues of a pattern moved to another pattern."""

    MERGED = "merged"
    SPLIT = "split"
    REGROUPED = "regrouped"
