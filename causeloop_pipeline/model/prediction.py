"""A prediction: how likely a pattern recurs within a window, and its outcome."""

from causeloop_pipeline.model.vocabulary import Vocabulary

WINDOWS = (7, 14, 30, 90)
"""The days that a prediction covers."""
NEAREST_WINDOW = 7
"""The window of what people see first: within a month nearly every pattern recurs."""
PREFERRED_WINDOW = 30
"""The window that risk and ranking are computed from, and the one that a request means by default."""
MODEL_NAMES = (
    "ridge",
    "trees",
    "prior",
    "prior_level",
    "self_exciting",
    "dropout",
    "gamma_poisson_30",
    "gamma_poisson_120",
    "recency_frequency",
    "prophet",
)
"""The base models, whose probabilities are stored beside that of the ensemble."""
WITHOUT_FIX = "without_fix"
"""Stored with them: the probability before a claimed fix lowered it."""
RHYTHM = "rhythm"
"""Stored with them: the probability by the turns that a pattern keeps, where it keeps some."""
MIN_DISPLAYED_PROBABILITY, MAX_DISPLAYED_PROBABILITY = 0.01, 0.99


class Impact(Vocabulary):
    """How severe a recurrence would be."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(Vocabulary):
    """The outcome of a prediction; a quiet window is `prevented` only with a fix in force, else a `miss`."""

    HIT = "hit"
    MISS = "miss"
    PREVENTED = "prevented"


def write_probability(probability: float) -> str:
    """A probability for people, such as “83 %” or “> 99 %”: never 0 or 100, for no estimate is certain."""
    if probability < MIN_DISPLAYED_PROBABILITY:
        return f"< {100 * MIN_DISPLAYED_PROBABILITY:.0f} %"
    if probability > MAX_DISPLAYED_PROBABILITY:
        return f"> {100 * MAX_DISPLAYED_PROBABILITY:.0f} %"
    return f"{100 * probability:.0f} %"
