"""Decides whether a failure that people know of is of interest again: worse, faster, or fixed in vain.

What people were last notified of is compared with how it is now, so that nothing is repeated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from causeloop_pipeline.analysis.binomial import compute_binomial_tail
from causeloop_pipeline.model.issue import Severity
from causeloop_pipeline.model.slack import ResurfacingReason

RECENT_DAYS, EARLIER_DAYS = 28, 180
"""The pace of the last four weeks is compared with that of the half year before them."""
MAX_CHANCE = 0.01
"""How likely the same pace must at most be to bring as many days, or as few."""
MIN_RATIO = 2.0
FASTER, SLOWER, USUAL = "faster", "slower", "usual"
SEVERITIES = [severity.value for severity in Severity]


@dataclass(frozen=True)
class Pace:
    """On how many days it occurred lately, and on how many days of those before."""

    word: str
    recent_days: int
    earlier_days: int
    earlier_span: int


@dataclass(frozen=True)
class Standing:
    """How a failure is, as far as people are notified of it."""

    severity: str
    pace: str
    round_number: int
    failed_fix: str | None

    def as_noted(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """The values to store after those before: a round number is reached once, whatever moves away."""
        return asdict(self) | {"round_number": max(self.round_number, before.get("round_number", 0))}


def find_round_number(occurrences: int) -> int:
    """The largest of 5, 10, 25, 50, 100, 250, … that was reached; 0 below 5.

    In: how often it occurred, at least 0. Out: the round number.
    """
    reached, scale = 0, 1
    while True:
        for number in (10 * scale // 2, 10 * scale, 25 * scale):
            if number > occurrences:
                return reached
            reached = number
        scale *= 10


def measure_pace(days: Sequence[date], today: date, first_day: date) -> Pace:
    """Compare the days with occurrences of the last four weeks with those of the half year before.

    In: the days on which it occurred, each once; today; the day on which it was first seen. Out: faster or
    slower where the rate of days at least doubled or halved and the same rate would bring that in at most
    one of a hundred cases (conditional binomial test of two Poisson rates; Przyborowski and Wilenski 1940).
    Silence is not a pace: it is for predictions and proofs to judge.
    """
    begin = today - timedelta(days=RECENT_DAYS - 1)
    earliest = max(begin - timedelta(days=EARLIER_DAYS), first_day)
    span = max(0, (begin - earliest).days)
    recent = sum(begin <= day <= today for day in days)
    earlier = sum(earliest <= day < begin for day in days)
    if span < RECENT_DAYS or recent == 0:
        return Pace(USUAL, recent, earlier, span)
    total, chance = recent + earlier, RECENT_DAYS / (RECENT_DAYS + span)
    usual = earlier / span * RECENT_DAYS
    if recent >= MIN_RATIO * usual and _compute_tail(recent, total, chance) <= MAX_CHANCE:
        return Pace(FASTER, recent, earlier, span)
    if recent * MIN_RATIO <= usual and _compute_tail(earlier, total, 1 - chance) <= MAX_CHANCE:
        return Pace(SLOWER, recent, earlier, span)
    return Pace(USUAL, recent, earlier, span)


def find_reasons(noted: Mapping[str, Any], standing: Standing) -> list[ResurfacingReason]:
    """Why people are to be notified again; nothing where they know all of it.

    In: the standing that was stored when they were last notified of it; how it is now. Out: the reasons, the
    weightiest first.
    """
    reasons = []
    if standing.failed_fix is not None and standing.failed_fix != noted.get("failed_fix"):
        reasons.append(ResurfacingReason.FIX_FAILED)
    if SEVERITIES.index(standing.severity) < SEVERITIES.index(noted.get("severity", SEVERITIES[-1])):
        reasons.append(ResurfacingReason.SEVERITY_ROSE)
    if standing.pace not in (USUAL, noted.get("pace", USUAL)):
        reasons.append(ResurfacingReason.PACE_CHANGED)
    if standing.round_number > noted.get("round_number", 0):
        reasons.append(ResurfacingReason.ROUND_NUMBER)
    return reasons


def write_pace(pace: Pace) -> str:
    """The two rates in one sentence."""
    return (
        f"It recurs {pace.word}: on {pace.recent_days} of the last {RECENT_DAYS} days, "
        f"on {pace.earlier_days} of the {pace.earlier_span} days before."
    )


def _compute_tail(count: int, of: int, chance: float) -> float:
    arrays = (np.asarray([value], dtype=float) for value in (count, of, chance))
    return float(compute_binomial_tail(*arrays)[0])
