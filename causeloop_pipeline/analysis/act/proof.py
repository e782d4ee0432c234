"""Did the fix hold? Compares the rate after it with the rate before, no surer than the quiet days allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.before_after.activity import (
    ActivityHistory,
    count_controls,
    count_spillover_events,
    find_active_days,
    find_observation_gaps,
    to_days,
)
from causeloop_pipeline.analysis.before_after.rate_ratio import (
    MAX_PROOF_DAYS,
    PRIOR_EVENTS,
    Baseline,
    Controls,
    ObservationGaps,
    RateRatio,
    estimate_baseline,
)
from causeloop_pipeline.model.proof import Verdict

PROOF_SCHEMA = pl.Schema(
    {
        "recommendation_id": pl.String,
        "pattern_id": pl.String,
        "verdict": pl.String,  # a Verdict
        "events_before": pl.Int64,
        "days_before": pl.Float64,
        "events_after": pl.Int64,
        "days_after": pl.Float64,
        "rate_ratio": pl.Float64,
        "rate_ratio_low": pl.Float64,
        "rate_ratio_high": pl.Float64,
        "probability_halved": pl.Float64,
        "earliest_proof_date": pl.Date,
        "text": pl.String,
    }
)

MIN_CERTAINTY = 0.95
MAX_CHANCE = 0.01
HALF_RATE = 0.5
_MAX_SILENT_SHARE = 0.02
_MIN_OBSERVED_SHARE = 0.1


def estimate_required_quiet_days(events: float, days: float, dispersion: float = 1.0) -> float:
    """Compute the quiet days until P(rate at least halved) >= .95, after so many active days in so many days.

    In: counts and days before the fix, dispersion (1: Poisson). Out: days; 237, 81, 31 and 9 for 2, 5, 12
    and 40 events in 90 days. Raises ValueError unless days > 0 and events >= 0. Method: with Jeffreys
    priors the ratio of two Poisson rates is a scaled beta-prime variable.
    """
    from scipy.special import betaincinv

    if days <= 0 or events < 0:
        raise ValueError(
            f"{events} events in {days} days are no baseline: days must be above 0, events not below"
        )
    share = float(betaincinv(PRIOR_EVENTS, PRIOR_EVENTS + events / dispersion, MIN_CERTAINTY))
    return share / (1 - share) * days / HALF_RATE


def prove_fixes(
    fixes: pl.DataFrame,
    occurrences: pl.DataFrame,
    exposure: pl.DataFrame | None = None,
    *,
    as_of: datetime,
    proof_window_days: int = 30,
    seed: int,
) -> pl.DataFrame:
    """Judge each fix by what recurred after it.

    In: fixes: frame(pattern_id, fixed_at, recommendation_id); OCCURRENCES of all patterns, untouched ones
    being the controls; exposure: frame(started_at, ended_at, and if known pattern_id or service) of times
    in which nothing could be observed or the service was unused; `as_of` (aware); the least number of
    days after which a fix may be called held. Out: PROOF_SCHEMA, one row per fix, sorted by recommendation
    and pattern; events are distinct active days, days are those in which something could be seen, the ratio
    is the median with its 90 % interval. Raises ValueError when proof_window_days is below 1.

    Method: Gamma-Poisson ratio of rates, both sides divided by the dispersion, the burst that led to the
    fix left out of the baseline, the rate expected without the fix following the untouched patterns.
    Held: P(rate at least halved) >= .95, and so little would be seen with nothing fixed in 1 % of cases
    at most, which keeps false "held" rare although it is checked again every night. Failed: P(halved) <= .05.
    Partly: not halved, but lower with P >= .95.
    """
    if proof_window_days < 1:
        raise ValueError(f"proof_window_days is {proof_window_days}; a proof needs one day at least")
    history = ActivityHistory.from_frames(occurrences.filter(pl.col("occurred_at") <= as_of), fixes)
    rows = [
        _prove(
            fix,
            history,
            find_observation_gaps(exposure, fix["pattern_id"], history),
            as_of,
            proof_window_days,
            seed,
        )
        for fix in fixes.sort("recommendation_id", "pattern_id").iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=PROOF_SCHEMA, orient="row")


def refute_reopened(proofs: pl.DataFrame, lifecycle: pl.DataFrame) -> pl.DataFrame:
    """Call a fix failed whose pattern came back after it had been resolved, whatever the rates say.

    In: PROOF_SCHEMA and the LIFECYCLE of the patterns. Out: PROOF_SCHEMA, in the same order.
    """
    refuted = (
        lifecycle.select(
            "pattern_id",
            pl.col("not_held").alias("recommendation_id"),
            pl.col("text").alias("reopening"),
        )
        .explode("recommendation_id")
        .drop_nulls("recommendation_id")
    )
    joined = proofs.join(refuted, on=["recommendation_id", "pattern_id"], how="left", maintain_order="left")
    is_refuted = pl.col("reopening").is_not_null()
    return joined.with_columns(
        verdict=pl.when(is_refuted).then(pl.lit(Verdict.FAILED.value)).otherwise(pl.col("verdict")),
        text=pl.when(is_refuted).then(pl.col("reopening")).otherwise(pl.col("text")),
    ).drop("reopening")


@dataclass(frozen=True, slots=True)
class _Case:
    """The evidence on one fix."""

    before: Baseline
    events_after: int
    days_after: float
    elapsed: float
    controls: Controls
    ratio: RateRatio
    spillover_events: int


def _prove(
    fix: Mapping[str, Any],
    history: ActivityHistory,
    gaps: ObservationGaps,
    as_of: datetime,
    window: int,
    seed: int,
) -> tuple[Any, ...]:
    case = _build_case(fix, history, gaps, as_of, seed)
    days = max(case.days_after, 1e-6)
    halved = case.ratio.probability_below(HALF_RATE, days)
    verdict = _decide_verdict(case, halved, window)
    needed = _estimate_days_to_proof(case.ratio, window) if case.before.events else None
    earliest = _estimate_proof_date(fix["fixed_at"], needed, case) if needed is not None else None
    low, middle, high = (
        _compute_quantiles(case.ratio.ratios(days)) if case.before.events else (None, None, None)
    )
    text = _write_text(verdict, case, halved, middle, low, high, earliest)
    counts = (case.before.events, round(case.before.days, 2), case.events_after, round(case.days_after, 2))
    return (
        fix["recommendation_id"],
        fix["pattern_id"],
        verdict.value,
        *counts,
        middle,
        low,
        high,
        round(halved, 4) if case.before.events else None,
        earliest,
        text,
    )


def _build_case(
    fix: Mapping[str, Any], history: ActivityHistory, gaps: ObservationGaps, as_of: datetime, seed: int
) -> _Case:
    fixed_at, now = to_days(fix["fixed_at"]), to_days(as_of)
    times = history.times.get(fix["pattern_id"], [])
    before = estimate_baseline(
        find_active_days(t for t in times if t < fixed_at), fixed_at, history.start, gaps, history.clustering
    )
    events_after = len(find_active_days(t for t in times if t > fixed_at))
    elapsed = max(now - fixed_at, 0.0)
    days_after = max(elapsed - gaps.days_between(fixed_at, now), 0.0)
    controls = count_controls(history, fixed_at, now, gaps)
    digest = blake2b(str(fix["pattern_id"]).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    ratio = RateRatio(before, events_after, controls, [seed, int.from_bytes(digest, "big")])
    newborn = count_spillover_events(fix["pattern_id"], history, fixed_at, now)
    return _Case(before, events_after, days_after, elapsed, controls, ratio, newborn)


def _decide_verdict(case: _Case, halved: float, window: int) -> Verdict:
    if case.elapsed >= 1 and _is_unseen(case):
        return Verdict.NO_EXPOSURE
    if case.before.events == 0 or case.days_after <= 0:
        return Verdict.NOT_PROVABLE_YET
    if halved <= 1 - MIN_CERTAINTY and case.events_after:
        return Verdict.FAILED
    if case.days_after < window:
        return Verdict.NOT_PROVABLE_YET
    if _is_proven(case.ratio, case.days_after):
        return Verdict.MOVED if _has_moved(case) else Verdict.HELD
    lower = case.ratio.probability_below(1.0, case.days_after)
    is_partly = case.events_after and lower >= MIN_CERTAINTY and halved < HALF_RATE
    return Verdict.PARTLY if is_partly else Verdict.NOT_PROVABLE_YET


def _is_proven(ratio: RateRatio, days: float) -> bool:
    return (
        ratio.probability_below(HALF_RATE, days) >= MIN_CERTAINTY
        and ratio.probability_unchanged(days) <= MAX_CHANCE
    )


def _is_unseen(case: _Case) -> bool:
    """Nothing could be seen, or all patterns without a fix fell silent as well."""
    if case.days_after < _MIN_OBSERVED_SHARE * case.elapsed or case.days_after < 0.5:
        return True
    expected = case.controls.before * case.controls.days_after / max(case.controls.days_before, 1.0)
    return expected >= 10 and case.controls.after <= _MAX_SILENT_SHARE * expected


def _has_moved(case: _Case) -> bool:
    """New patterns of the same service carry on at half the old rate or more."""
    expected = case.before.events / max(case.before.days, 1.0) * case.days_after
    return case.spillover_events >= 3 and case.spillover_events >= HALF_RATE * expected


def _estimate_days_to_proof(ratio: RateRatio, window: int) -> float | None:
    """Observed days after which the fix counts as held if nothing more occurs; None beyond ten years."""
    low, high = float(window), MAX_PROOF_DAYS
    if _is_proven(ratio, low):
        return low
    if not _is_proven(ratio, high):
        return None
    while high - low > 0.25:
        middle = (low + high) / 2
        low, high = (low, middle) if _is_proven(ratio, middle) else (middle, high)
    return high


def _estimate_proof_date(fixed_at: datetime, needed: float, case: _Case) -> date:
    unobserved_days = case.elapsed - case.days_after
    return (fixed_at.astimezone(UTC) + timedelta(days=needed + unobserved_days)).date()


def _compute_quantiles(ratios: Any) -> tuple[float, float, float]:
    import numpy as np

    low, middle, high = np.quantile(ratios, (0.05, 0.5, 0.95))
    return float(low), float(middle), float(high)


def _write_text(
    verdict: Verdict,
    case: _Case,
    halved: float,
    middle: float | None,
    low: float | None,
    high: float | None,
    earliest: date | None,
) -> str:
    seen = (
        f"{case.before.events} active days in {case.before.days:.0f} days before the fix (without the burst "
        f"that led to it), {case.events_after} in {case.days_after:.0f} observed days since"
    )
    if middle is None:
        return f"Cannot be shown: {seen}; there is no rate to compare with."
    interval = f"90 % interval {low:.2f} to {high:.2f}"
    ratio = f"rate {middle:.2f} of the old one ({interval}), P(at least halved) {halved:.2f}"
    wait = f"earliest on {earliest}" if earliest else "not within ten years at this rate"
    openings = {
        Verdict.MOVED: f"Moved: {case.spillover_events} active days of new patterns on the same service "
        "carry on",
        Verdict.NO_EXPOSURE: "Silence proves nothing: too little was observed, or all else fell silent "
        "as well",
        Verdict.NOT_PROVABLE_YET: f"Cannot be shown yet, {wait}",
    }
    return f"{openings.get(verdict, verdict.label.capitalize())}: {seen}; {ratio}."
