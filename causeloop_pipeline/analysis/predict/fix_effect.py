"""A fix that holds lowers the probability: a forecast that knows nothing of fixes is mixed with what the
silence since the fix says about it.

The learned models have long memories, for most silences among failures end; that somebody removed the cause
is what only the claim can tell. A claim alone is believed half, and what follows it decides.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.before_after.activity import (
    History,
    active_days,
    as_days,
    untouched_patterns,
)
from causeloop_pipeline.analysis.before_after.rate_ratio import LEAST_DAYS, PRIOR_EVENTS, Blind, baseline
from causeloop_pipeline.analysis.predict.triggers.timing import next_dates
from causeloop_pipeline.model.frames import INSTANT

CLAIMS = pl.Schema({"pattern_id": pl.String(), "fixed_at": INSTANT})
REMOVED_SHARE = 0.7
MOST_LEFT, STEPS = 0.5, 20
RATIOS = np.concatenate(
    [[0.0], MOST_LEFT * (np.arange(STEPS) + 0.5) / STEPS]
)  # removed, or reduced to so much
RATIO_PRIOR = np.concatenate([[REMOVED_SHARE], np.full(STEPS, (1 - REMOVED_SHARE) / STEPS)])
COMES_BACK_DAYS = 1000.0
WORKS = 0.5
WORKS_WEIGHT = 10.0
MOST_ROUNDS, SETTLED = 50, 1e-4
QUIETER_WEIGHT = 20.0
LOWEST = 0.002


@dataclass(frozen=True)
class FixSeen:
    """What is known of a fix: active days before and since, in so many days, and how much they cluster."""

    fixed_at: datetime
    before: int
    days_before: float
    since: int
    days_since: float
    dispersion: float = 1.0
    quieter: float = 1.0

    def text(self) -> str:
        """The evidence in words."""
        days = int(self.days_since)
        seen = f"{self.since} active days in {days} days since" if self.since else f"{days} silent days"
        every = self.days_before / max(self.before, 1)
        usual = f"one active day every {every:.1f} days" if self.before else "no active day that counts"
        return f"fix of {self.fixed_at:%Y-%m-%d}: {seen}, against {usual} before"


@dataclass(frozen=True)
class FixEffect:
    """Posterior weights of RATIOS, the rest being that nothing changed; for each, the rate ahead as a Gamma
    of a shape and a rate, and how many of its units a day is.
    """

    weights: Floats
    shape: Floats
    rate: Floats
    pace: Floats

    @property
    def works(self) -> float:
        """The probability that the fix changed anything."""
        return float(self.weights.sum())

    def probability(self, unfixed: Floats, windows: Floats) -> Floats:
        """P(recurs within each window) from the same without a fix in mind; never more than it."""
        ahead = (self.pace / self.rate)[:, None] * windows
        fixed = -np.expm1(-self.shape[:, None] * np.log1p(ahead))
        result: Floats = (1 - self.works) * unfixed + self.weights @ np.minimum(fixed, unfixed)
        return np.maximum(np.minimum(result, unfixed), np.minimum(unfixed, LOWEST))


def fix_effect(seen: FixSeen, works: float = WORKS) -> FixEffect:
    """What has happened since a fix says of its effect.

    In: the counts, and how many fixes work in general. Out: FixEffect. Method: the rate before is
    Gamma(a = 1/2 + n0/φ, E = t0/φ), t0 being 30 days at least, counts and times divided by the dispersion φ;
    after the fix it is r times that, on T = t1/φ days scaled by how much quieter untouched patterns became.
    Then n = n1/φ events after it have the likelihood L(r) ∝ r^n (1 + r·T/E)^-(a + n). Prior: r = 1 (did
    nothing) with 1 - works, r = 0 (removed) with 0.7·works, uniform below 1/2 with the rest. Given r, the
    chance of an event within h is 1 - (1 + r·h/φ / (E + r·T))^-(a + n); what was removed may still come back,
    with half an event in 1,000 days and those since: 1 - (1 + h / (1000 + t1))^-1/2.
    """
    shape = PRIOR_EVENTS + seen.before / seen.dispersion
    exposure = max(seen.days_before, LEAST_DAYS) / seen.dispersion
    events, scale = seen.since / seen.dispersion, seen.quieter / seen.dispersion
    days = seen.days_since * scale
    ratios = np.append(RATIOS, 1.0)
    with np.errstate(divide="ignore"):
        power = events * np.log(ratios) if events else np.zeros(len(ratios))
    likelihood = np.exp(power - (shape + events) * np.log1p(ratios * days / exposure))
    weights = np.append(works * RATIO_PRIOR, 1 - works) * likelihood
    shapes, rates, paces = np.full(len(RATIOS), shape + events), exposure + RATIOS * days, RATIOS * scale
    shapes[0], rates[0], paces[0] = PRIOR_EVENTS, COMES_BACK_DAYS + seen.days_since, 1.0
    return FixEffect(weights[:-1] / max(float(weights.sum()), 1e-300), shapes, rates, paces)


def fix_effects(
    claims: pl.DataFrame, occurrences: pl.DataFrame, *, as_of: datetime
) -> dict[str, tuple[FixSeen, FixEffect]]:
    """What is known of the fix of each pattern, and its effect.

    In: CLAIMS up to `as_of` (implemented fixes and closure notes), OCCURRENCES of all patterns. Out: by
    pattern, one fix each: the first claim that nothing has followed, else the newest. How many fixes work in
    this workspace is learned from all of them: one half, as if ten had been seen, and what they show.
    """
    known = claims.filter(pl.col("fixed_at") <= as_of).drop_nulls()
    if known.is_empty():
        return {}
    history = History.read(occurrences.filter(pl.col("occurred_at") <= as_of), known)
    moments = known.sort("pattern_id", "fixed_at").group_by("pattern_id", maintain_order=True).agg("fixed_at")
    seen = {
        pattern_id: _seen(history, pattern_id, fixed_at, as_of)
        for pattern_id, fixed_at in moments.iter_rows()
        if pattern_id in history.times
    }
    works = _share_that_works(list(seen.values()))
    return {pattern_id: (one, fix_effect(one, works)) for pattern_id, one in seen.items()}


def _share_that_works(seen: Sequence[FixSeen]) -> float:
    """How many fixes work here: the expectation-maximization estimate, drawn toward one half."""
    works = WORKS
    for _ in range(MOST_ROUNDS):
        expected = sum(fix_effect(one, works).works for one in seen)
        before, works = works, (WORKS_WEIGHT * WORKS + expected) / (WORKS_WEIGHT + len(seen))
        if abs(works - before) < SETTLED:
            break
    return works


def _seen(history: History, pattern_id: str, claims: list[datetime], as_of: datetime) -> FixSeen:
    times, now = history.times[pattern_id], as_days(as_of)
    fixed = next((claim for claim in claims if as_days(claim) >= times[-1]), claims[-1])
    at, blind = as_days(fixed), Blind()
    before = baseline(
        active_days(time for time in times if time < at), at, history.start, blind, history.clustering
    )
    controls = untouched_patterns(history, at, now, blind)
    expected = controls.before * controls.days_after / max(controls.days_before, 1e-9)
    quieter = min(1.0, (controls.after + QUIETER_WEIGHT) / (expected + QUIETER_WEIGHT))
    since = len(active_days(time for time in times if time > at))
    return FixSeen(fixed, before.events, before.days, since, max(now - at, 0.0), before.dispersion, quieter)


def lowered_by_fixes(
    predictions: pl.DataFrame,
    claims: pl.DataFrame,
    occurrences: pl.DataFrame,
    *,
    as_of: datetime,
    today: date,
) -> pl.DataFrame:
    """PREDICTIONS in which a fix that seems to hold has lowered the probability.

    In: PREDICTIONS, and any columns beside; CLAIMS; OCCURRENCES; `as_of` (aware) and
    its local date. Out: the same rows and columns; where a claim is known, the probability and the next dates
    follow from `fix_effect`, the evidence ends with the fix, and model_probabilities keep what was said
    without it. No probability rises, none falls with the window.
    """
    effects = fix_effects(claims, occurrences, as_of=as_of)
    concerned = predictions.filter(
        pl.col("pattern_id").is_in(list(effects)) & pl.col("probability").is_not_null()
    )
    if concerned.is_empty():
        return predictions
    groups = concerned.sort("pattern_id", "window_days").partition_by("pattern_id", maintain_order=True)
    lowered = pl.concat([_lowered(group, *effects[group["pattern_id"][0]], today) for group in groups])
    others = predictions.join(lowered, on=["pattern_id", "window_days"], how="anti")
    return pl.concat([others, lowered]).sort("pattern_id", "window_days")


def _lowered(group: pl.DataFrame, seen: FixSeen, effect: FixEffect, today: date) -> pl.DataFrame:
    """One pattern's rows, windows ascending."""
    windows, unfixed = group["window_days"], group["probability"]
    probability = effect.probability(unfixed.to_numpy(), windows.to_numpy().astype(float))
    dates = next_dates(probability[None], tuple(windows), today).row(0, named=True)
    finding = {
        "kind": "fix",
        "text": seen.text(),
        "count": seen.since,
        "of": int(seen.days_since),
        "expected": round(seen.before / max(seen.days_before, 1.0) * seen.days_since, 1),
        "probability_works": round(effect.works, 4),
    }
    members = zip(group["model_probabilities"], unfixed, strict=True)
    return group.with_columns(
        pl.Series("probability", probability),
        pl.Series("evidence", [_with_last(text, finding) for text in group["evidence"]], dtype=pl.String),
        pl.Series("model_probabilities", [_beside(*one) for one in members], dtype=pl.String),
        **{name: pl.lit(day, dtype=pl.Date) for name, day in dates.items()},
    )


def _with_last(evidence: str | None, finding: dict[str, object]) -> str:
    return json.dumps([*json.loads(evidence or "[]"), finding], ensure_ascii=False)


def _beside(members: str | None, unfixed: float) -> str:
    """What each model said, and the mixture of them before the fix was thought of."""
    return json.dumps({**json.loads(members or "{}"), "without_fix": round(unfixed, 4)})
