"""A pattern: the issues that share one root cause."""

from enum import StrEnum


class PatternStatus(StrEnum):
    """An emerging pattern is a suggestion, an active one is trusted, a resolved one is proven fixed."""

    EMERGING = "emerging"
    ACTIVE = "active"
    RESOLVED = "resolved"


class LineageKind(StrEnum):
    """How a pattern came to lose its issues to another."""

    MERGED = "merged"
    SPLIT = "split"
    REGROUPED = "regrouped"
