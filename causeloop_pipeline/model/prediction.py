"""A prediction: how likely a pattern recurs within a window, and its outcome."""

from enum import StrEnum

WINDOWS = (7, 14, 30, 90)
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
"""Stored beside them: the probability before a claimed fix lowered it."""
MIN_DISPLAYED_PROBABILITY, MAX_DISPLAYED_PROBABILITY = 0.01, 0.99


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


def format_probability(probability: float) -> str:
    """A probability for people: never 0 % or 100 %, because no estimate is certain."""
    if probability < MIN_DISPLAYED_PROBABILITY:
        return f"<{MIN_DISPLAYED_PROBABILITY:.0%}"
    if probability > MAX_DISPLAYED_PROBABILITY:
        return f">{MAX_DISPLAYED_PROBABILITY:.0%}"
    return f"{probability:.0%}"


def write_probability(probability: float) -> str:
    """The same within a sentence, spaced as on the screens: “83 %”, “> 99 %”."""
    text = format_probability(probability).replace("%", " %")
    return f"{text[0]} {text[1:]}" if text[0] in "<>" else text
