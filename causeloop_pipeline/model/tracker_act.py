"""What the product does by itself on an issue in its tracker, and how surely it must be right for that."""

import math

from causeloop_pipeline.model.vocabulary import Vocabulary


class TrackerActKind(Vocabulary):
    """What is done on an issue in its tracker."""

    COMMENT = "comment", "comment", "Write on an issue that it is a recurrence, and what is known of it."
    CLOSE = "close", "close", "Close an issue whose pattern's fix held."


class TrackerActMode(Vocabulary):
    """Whether a kind of act is done."""

    OFF = "off", "off", "Nothing is decided and nothing is sent."
    SHADOW = "shadow", "shadow", "What would be done is listed, for people to judge; nothing is sent."
    LIVE = "live", "live", "It is done in the tracker."


class TrackerActStatus(Vocabulary):
    """How far an act has come."""

    SHADOW = "shadow", "would have", "It would have been done, and was only listed."
    QUEUED = "queued", "queued", "It waits to be done in the tracker."
    SENT = "sent", "done", "It was done in the tracker."
    FAILED = "failed", "failed", "The tracker refused it."


CONFIDENCE_Z = 1.645
"""Of the interval for the precision: 90 %."""
MIN_PRECISION = 0.8
"""What the lower end of the interval must reach before an act may be live: 11 right ones of 11 do."""


def estimate_lowest_precision(right: int, judged: int) -> float:
    """The lower end of Wilson's 90 % interval for the share that is right; 0 where nothing was judged."""
    if not judged:
        return 0.0
    share, z2 = right / judged, CONFIDENCE_Z**2
    spread = CONFIDENCE_Z * math.sqrt(share * (1 - share) / judged + z2 / (4 * judged**2))
    return max(0.0, (share + z2 / (2 * judged) - spread) / (1 + z2 / judged))


def may_go_live(right: int, judged: int) -> bool:
    """Whether what was judged shows that a kind of act is right often enough."""
    return estimate_lowest_precision(right, judged) >= MIN_PRECISION
