"""The family of a pattern's failure, decided from all that its texts say, or left open.

A family brings a remedy, so a wrong one costs more than none: it is named only where its calibrated
probability reaches MIN_PROBABILITY. `python -m bench.advice.families` measures it.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.act.family_context import (
    count_technical_words,
    count_words_of_other_domains,
)
from causeloop_pipeline.analysis.detect.clusters.error_families import FamilyMatch, recognize_families

MIN_PROBABILITY = 0.9
UNNAMED = "…"  # instead of a name: what stands around it still reads as it did
MAX_COUNTED = 4  # words of one kind; more of them tell no more

# Fitted by `python -m bench.training.family_weights` on the titles of bench/data/family_titles.csv that are
# not held back: intercept and one weight for each of FEATURES.
FEATURES = ("strength", "signs", "rival", "in the error", "technical", "other domains")
INTERCEPT = -2.249
WEIGHTS = (2.614, 0.609, 0.084, 0.163, 0.703, -1.111)


@dataclass(frozen=True, slots=True)
class FamilyDecision:
    """The likeliest family of a failure, the probability that it is right, and the words that show it."""

    family: str
    probability: float
    words: str


@dataclass(frozen=True, slots=True)
class FailureReading:
    """The family that texts show, if they do, and whether they are about software and its machines."""

    family: FamilyDecision | None
    is_technical: bool


def read_failure(text: str, error: str | None, places: Sequence[str]) -> FailureReading:
    """Read from a pattern's texts which failure it is.

    In: its texts; what tools call the error, or None; the places where it occurs, whose names say nothing of
    it. Out: the family, if one is likely enough, and whether the words are those of software.
    """
    unplaced = _drop_names(text, places)
    technical, other = count_technical_words(unplaced), count_words_of_other_domains(unplaced)
    decision = decide_family(unplaced, error, recognize_families(unplaced))
    return FailureReading(decision, decision is not None or technical > max(other, 1))


def _drop_names(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = text.replace(f"({name})", "")
        if len(name) > 2:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", UNNAMED, text)
    return text


def decide_family(text: str, error: str | None, matches: Sequence[FamilyMatch]) -> FamilyDecision | None:
    """Decide which family of failure a pattern's texts show.

    In: its texts without the names of places; what tools call the error, or None; the families whose words
    the texts hold, by `recognize_families`. Out: the decision, or None where no family is likely enough.
    Method: a logistic regression on how clearly and how often the texts name the family, whether another one
    is named as clearly, whether the error itself names it, and of which domains the other words are.
    """
    decision = estimate_family(text, error, matches)
    return decision if decision is not None and decision.probability >= MIN_PROBABILITY else None


def estimate_family(text: str, error: str | None, matches: Sequence[FamilyMatch]) -> FamilyDecision | None:
    """Estimate the likeliest family, however unlikely.

    In: as `decide_family`. Out: the family with its probability; None where the texts hold no sign of any.
    """
    if not matches:
        return None
    values = measure_features(text, error, matches)
    logit = INTERCEPT + math.fsum(weight * value for weight, value in zip(WEIGHTS, values, strict=True))
    return FamilyDecision(matches[0].family, 1 / (1 + math.exp(-logit)), matches[0].words)


def measure_features(text: str, error: str | None, matches: Sequence[FamilyMatch]) -> tuple[float, ...]:
    """Measure what the decision weighs.

    In: as `decide_family`, with at least one match. Out: a number for each of FEATURES.
    """
    best, rivals = matches[0], matches[1:]
    in_error = {match.family for match in recognize_families(error)} if error else set()
    return (
        best.weight - 2,
        math.log(best.signs),
        float(any(rival.weight >= best.weight for rival in rivals)),
        float(best.family in in_error),
        math.log1p(min(count_technical_words(text), MAX_COUNTED)),
        math.log1p(min(count_words_of_other_domains(text), MAX_COUNTED)),
    )
