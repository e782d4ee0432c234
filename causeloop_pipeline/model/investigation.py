"""An investigation: what to note at the next occurrence, to tell two causes of a pattern apart."""

from causeloop_pipeline.model.vocabulary import Vocabulary

MAX_OPEN_INVESTIGATIONS = 3
"""How many of a workspace are open at a time: nobody notes ten things at once."""


class InvestigationStatus(Vocabulary):
    """Whether somebody has found out."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


class InvestigationResult(Vocabulary):
    """Which of the two causes it was."""

    FIRST = "first", "the first cause"
    SECOND = "second", "the second cause"
    NEITHER = "neither", "neither of them"
