"""Lowers the recurrence probability of a pattern whose fix seems to hold.

The trained models have long memories, in which most silences end with another failure; only the claim of a
fix says that somebody removed the cause. A claim starts with an even chance of having worked, which the
occurrences since the fix raise or lower.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.before_after.activity import (
    ActivityHistory,
    count_controls,
    find_active_days,
    to_days,
)
from causeloop_pipeline.analysis.before_after.baseline import (
    MIN_BASELINE_DAYS,
    PRIOR_EVENTS,
    ObservationGaps,
    estimate_baseline,
)
from causeloop_pipeline.analysis.predict.triggers.timing import estimate_next_dates
from causeloop_pipeline.model.nested_columns import FINDING
from causeloop_pipeline.model.prediction import WITHOUT_FIX

REMOVED_SHARE = 0.7
MAX_RATIO, RATIO_STEPS = 0.5, 20
# rate after over rate before: 0 where the cause was removed, else a step between 0 and MAX_RATIO
RATIOS = np.concatenate([[0.0], MAX_RATIO * (np.arange(RATIO_STEPS) + 0.5) / RATIO_STEPS])
RATIO_PRIOR = np.concatenate([[REMOVED_SHARE], np.full(RATIO_STEPS, (1 - REMOVED_SHARE) / RATIO_STEPS)])
DAYS_PER_RETURN = 1000.0  # how rarely a removed cause comes back
PRIOR_WORKS = 0.5
PRIOR_WORKS_WEIGHT = 10.0
MAX_ROUNDS, ROUND_TOLERANCE = 50, 1e-4
CONTROL_WEIGHT = 20.0
MIN_PROBABILITY = 0.002


@dataclass(frozen=True)
class FixObservation:
    """What was observed before and since a fix.

    before, since: active days. days_before, days_since: observed days. dispersion: how much active days
    cluster (1: not at all). control_trend: rate of the patterns without a fix since it over before, at most
    1.
    """

    fixed_at: datetime
    before: int
    days_before: float
    since: int
    days_since: float
    dispersion: float = 1.0
    control_trend: float = 1.0

    def describe(self) -> str:
        """The evidence as a sentence."""
        days = int(self.days_since)
        after = f"{self.since} active days in {days} days since" if self.since else f"{days} silent days"
        every = self.days_before / max(self.before, 1)
        usual = f"one active day every {every:.1f} days" if self.before else "no active day that counts"
        return f"fix of {self.fixed_at:%Y-%m-%d}: {after}, against {usual} before"


@dataclass(frozen=True)
class FixEffect:
    """The posterior of what a fix changed.

    weights: of each of RATIOS; the rest is the probability that nothing changed. shape, rate: for each ratio
    the Gamma distribution of the rate ahead. pace: how many units of that rate a day is.
    """

    weights: Floats
    shape: Floats
    rate: Floats
    pace: Floats

    @property
    def works(self) -> float:
        """The probability that the fix changed anything."""
        return float(self.weights.sum())

    def lower(self, baseline_probability: Floats, windows: Floats) -> Floats:
        """P(recurs within each window), from the same without a fix in mind; never more than that."""
        ahead = (self.pace / self.rate)[:, None] * windows
        fixed = -np.expm1(-self.shape[:, None] * np.log1p(ahead))
        unchanged = (1 - self.works) * baseline_probability
        result: Floats = unchanged + self.weights @ np.minimum(fixed, baseline_probability)
        floor = np.minimum(baseline_probability, MIN_PROBABILITY)
        return np.maximum(np.minimum(result, baseline_probability), floor)


def estimate_fix_effect(observation: FixObservation, works: float = PRIOR_WORKS) -> FixEffect:
    """Estimate what a fix changed from the occurrences before and since.

    In: the observation, and the share of fixes that work in general. Out: FixEffect. Method: the rate before
    is Gamma(a = 1/2 + n0/φ, E = t0/φ), t0 being 30 days at least, counts and times divided by the dispersion
    φ; after the fix it is r times that, on T = t1/φ days scaled by the control trend. Then n = n1/φ events
    after it have the likelihood L(r) ∝ r^n (1 + r·T/E)^-(a + n). Prior: r = 1 (did nothing) with 1 - works, r
    = 0 (removed) with 0.7·works, uniform below 1/2 with the rest. Given r, the chance of an event within h is
    1 - (1 + r·h/φ / (E + r·T))^-(a + n); what was removed may still come back, with half an event in 1,000
    days and those since: 1 - (1 + h / (1000 + t1))^-1/2.
    """
    dispersion = observation.dispersion
    shape = PRIOR_EVENTS + observation.before / dispersion
    exposure = max(observation.days_before, MIN_BASELINE_DAYS) / dispersion
    events, scale = observation.since / dispersion, observation.control_trend / dispersion
    days = observation.days_since * scale

    ratios = np.append(RATIOS, 1.0)
    with np.errstate(divide="ignore"):
        log_power = events * np.log(ratios) if events else np.zeros(len(ratios))
    likelihood = np.exp(log_power - (shape + events) * np.log1p(ratios * days / exposure))
    weights = np.append(works * RATIO_PRIOR, 1 - works) * likelihood

    shapes, rates, paces = np.full(len(RATIOS), shape + events), exposure + RATIOS * days, RATIOS * scale
    shapes[0], rates[0], paces[0] = PRIOR_EVENTS, DAYS_PER_RETURN + observation.days_since, 1.0
    return FixEffect(weights[:-1] / max(float(weights.sum()), 1e-300), shapes, rates, paces)


def estimate_fix_effects(
    claims: pl.DataFrame, occurrences: pl.DataFrame, *, as_of: datetime
) -> dict[str, tuple[FixObservation, FixEffect]]:
    """Estimate the effect of the fix of each pattern.

    In: CLAIMED_FIX_SCHEMA (implemented fixes and closure notes), frames.OCCURRENCE_SCHEMA or
    CATEGORIZED_OCCURRENCE_SCHEMA of all patterns, the time of the judgement. Out: by pattern, for one fix
    each: the first claim that no occurrence follows, else the newest. The share of fixes that work in this
    workspace is estimated from all of them, with one half of ten fixes as its prior.
    """
    past_claims = claims.filter(pl.col("fixed_at") <= as_of).drop_nulls()
    if past_claims.is_empty():
        return {}
    past = occurrences.filter(pl.col("occurred_at") <= as_of).cast({"pattern_id": pl.String})
    history = ActivityHistory.from_frames(past, past_claims)
    by_pattern = past_claims.sort("pattern_id", "fixed_at").group_by("pattern_id", maintain_order=True)
    observations = {
        pattern_id: _observe_fix(history, pattern_id, fixed_at, as_of)
        for pattern_id, fixed_at in by_pattern.agg("fixed_at").iter_rows()
        if pattern_id in history.times
    }
    works = _estimate_share_that_works(list(observations.values()))
    return {
        pattern_id: (observation, estimate_fix_effect(observation, works))
        for pattern_id, observation in observations.items()
    }


def _estimate_share_that_works(observations: Sequence[FixObservation]) -> float:
    """The share of fixes that work here: the expectation-maximization estimate, shrunk to one half."""
    works = PRIOR_WORKS
    for _ in range(MAX_ROUNDS):
        expected = sum(estimate_fix_effect(observation, works).works for observation in observations)
        before = works
        works = (PRIOR_WORKS_WEIGHT * PRIOR_WORKS + expected) / (PRIOR_WORKS_WEIGHT + len(observations))
        if abs(works - before) < ROUND_TOLERANCE:
            break
    return works


def _observe_fix(
    history: ActivityHistory, pattern_id: str, claims: list[datetime], as_of: datetime
) -> FixObservation:
    times, now = history.times[pattern_id], to_days(as_of)
    fixed = next((claim for claim in claims if to_days(claim) >= times[-1]), claims[-1])
    fixed_at, gaps = to_days(fixed), ObservationGaps()

    days_before = find_active_days(time for time in times if time < fixed_at)
    before = estimate_baseline(days_before, fixed_at, history.start, gaps, history.clustering)
    controls = count_controls(history, fixed_at, now, gaps)
    expected = controls.before * controls.days_after / max(controls.days_before, 1e-9)
    control_trend = min(1.0, (controls.after + CONTROL_WEIGHT) / (expected + CONTROL_WEIGHT))

    since = len(find_active_days(time for time in times if time > fixed_at))
    return FixObservation(
        fixed_at=fixed,
        before=before.events,
        days_before=before.days,
        since=since,
        days_since=max(now - fixed_at, 0.0),
        dispersion=before.dispersion,
        control_trend=control_trend,
    )


def lower_by_fixes(
    predictions: pl.DataFrame,
    claims: pl.DataFrame,
    occurrences: pl.DataFrame,
    *,
    as_of: datetime,
    today: date,
) -> pl.DataFrame:
    """Lower the probabilities of patterns whose fix seems to hold.

    In: frames.PREDICTION_SCHEMA, and any columns beside; CLAIMED_FIX_SCHEMA; frames.OCCURRENCE_SCHEMA;
    `as_of` (aware) and its local date. Out: the same rows and columns. Where a fix is claimed, the
    probability and the next dates follow from `estimate_fix_effect`, the evidence ends with the fix, and
    model_probabilities keep the probability without it. No probability rises, none falls with the window.
    """
    effects = estimate_fix_effects(claims, occurrences, as_of=as_of)
    with_fix = predictions.filter(
        pl.col("pattern_id").is_in(list(effects)) & pl.col("probability").is_not_null()
    )
    if with_fix.is_empty():
        return predictions
    groups = with_fix.sort("pattern_id", "window_days").partition_by("pattern_id", maintain_order=True)
    lowered = pl.concat([_lower_pattern(group, *effects[group["pattern_id"][0]], today) for group in groups])
    others = predictions.join(lowered, on=["pattern_id", "window_days"], how="anti")
    return pl.concat([others, lowered]).sort("pattern_id", "window_days")


def _lower_pattern(
    group: pl.DataFrame, observation: FixObservation, effect: FixEffect, today: date
) -> pl.DataFrame:
    """One pattern's rows, windows ascending."""
    windows, baseline_probability = group["window_days"], group["probability"]
    probability = effect.lower(baseline_probability.to_numpy(), windows.to_numpy().astype(float))
    dates = estimate_next_dates(probability[None], tuple(windows), today).row(0, named=True)
    expected = observation.before / max(observation.days_before, 1.0) * observation.days_since
    finding = {
        "kind": "fix",
        "text": observation.describe(),
        "count": observation.since,
        "of": int(observation.days_since),
        "expected": round(expected, 1),
        "probability_works": round(effect.works, 4),
    }
    findings = pl.lit(pl.Series([[finding]], dtype=pl.List(FINDING)))
    without_fix = pl.Series(WITHOUT_FIX, [round(value, 4) for value in baseline_probability])
    return group.with_columns(
        pl.Series("probability", probability),
        pl.concat_list(pl.col("evidence").fill_null([]), findings).alias("evidence"),
        pl.col("model_probabilities").struct.with_fields(without_fix),
        **{name: pl.lit(day, dtype=pl.Date) for name, day in dates.items()},
    )
