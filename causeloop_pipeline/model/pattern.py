"""A pattern: the issues that share one root cause."""

from causeloop_pipeline.model.vocabulary import Vocabulary

CENTRAL_MEMBERS = 25
"""How many of its most central issues represent a pattern in a link or unlink, and under retention."""

SUGGESTION_BELOW = 0.5
"""A pattern of less confidence is a suggestion: people decide whether its issues are one problem."""


class PatternStatus(Vocabulary):
    """The confidence of an emerging pattern fell below the threshold since; an active one is trusted, a
    resolved one is proven fixed.
    """

    EMERGING = "emerging"
    ACTIVE = "active"
    RESOLVED = "resolved"


class LineageKind(Vocabulary):
    """Why the issues of a pattern moved to another pattern."""

    MERGED = "merged", "", "all its issues now belong to a pattern with more of them"
    SPLIT = "split", "", "its issues no longer resemble one another enough"
    REGROUPED = "regrouped", "", "some of its issues fit another pattern better"


class TextKind(Vocabulary):
    """Who writes the texts of a source: programs, people, or nobody (fields only)."""

    MACHINE = "machine"
    HUMAN = "human"
    STRUCTURED = "structured"


class ConstraintKind(Vocabulary):
    """A person's decision about two issues: they belong together, or do not."""

    MUST = "must", "linked with"
    CANNOT = "cannot", "kept apart from"


class CorrectionAct(Vocabulary):
    """A person's correction of issues or patterns; its meaning is shown as the reason at the moved issues."""

    LINK = "link", "linked with", "a person linked them with this pattern"
    UNLINK = "unlink", "unlinked from", "a person unlinked them from their pattern"
    MERGE = "merge", "merged with", "a person merged the patterns"
    SPLIT = "split", "split from", "a person split them off"
