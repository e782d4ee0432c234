"""Did the fix hold? A test that may be looked at every day, no surer than what came since allows."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.act.claimed_fix import ClaimedFix, find_first
from causeloop_pipeline.analysis.act.left_out import LEFT_OUT_COUNTS, LeftOut, group_left_out
from causeloop_pipeline.analysis.act.proof_text import Move, ProofAhead, write_proof
from causeloop_pipeline.analysis.act.verdicts import MIN_OBSERVED_DAYS, decide_verdicts, is_half_proven
from causeloop_pipeline.analysis.arrays import Bools, Floats
from causeloop_pipeline.analysis.before_after.activity import (
    ActivityHistory,
    find_observation_gaps,
    find_spillover,
)
from causeloop_pipeline.analysis.before_after.fix_watch import FixWatch
from causeloop_pipeline.analysis.before_after.sequential_test import RateEvidence
from causeloop_pipeline.model.proof import Verdict

PROOF_SCHEMA = pl.Schema(
    {
        "recommendation_id": pl.String(),
        "pattern_id": pl.String(),
        "verdict": pl.String(),  # a Verdict
        "events_before": pl.Int64(),
        "days_before": pl.Float64(),
        "events_after": pl.Int64(),
        "days_after": pl.Float64(),
        "expected_after": pl.Float64(),
        "turns_kept": pl.Int64(),
        "turns_due": pl.Int64(),
        "rate_ratio": pl.Float64(),
        "rate_ratio_low": pl.Float64(),
        "rate_ratio_high": pl.Float64(),
        "probability_halved": pl.Float64(),
        "earliest_proof_date": pl.Date(),
        "left_out": LEFT_OUT_COUNTS,
        "exposure_unit": pl.String(),  # an ExposureUnit
        "exposure_before": pl.Int64(),
        "exposure_after": pl.Int64(),
        "exposure_needed": pl.Int64(),
        "text": pl.String(),
    }
)

MIN_EXPECTED = 1.0  # below, there is no rate worth a figure
HALF_RATE = 0.5


def estimate_required_quiet_days(events: float, days: float, dispersion: float = 1.0) -> float:
    """Compute the quiet days after which a fix is proven, after so many active days in so many days.

    In: counts and days before the fix, dispersion (1: Poisson). Out: whole days; infinity beyond two years.
    Raises ValueError unless days > 0 and events >= 0. Method: that of `prove_fixes`, in a workspace that does
    not change.
    """
    if days <= 0 or events < 0:
        raise ValueError(
            f"{events} events in {days} days are no baseline: days must be above 0, events not below"
        )
    spread = [-days * (number + 0.5) / events for number in range(int(events))] if events else []

    def judge(looks: Floats) -> Bools:
        calm = np.ones((len(looks), 1))
        odds = RateEvidence(spread, -days, 0.0, (), looks, (), dispersion, calm).judge()
        return is_half_proven(odds) & (looks >= MIN_OBSERVED_DAYS)

    first = find_first(judge, 0)
    return float("inf") if first is None else first


def prove_fixes(
    fixes: pl.DataFrame,
    occurrences: pl.DataFrame,
    unobserved: pl.DataFrame | None = None,
    *,
    as_of: datetime,
    left_out: pl.DataFrame | None = None,
    exposure: pl.DataFrame | None = None,
    names: Mapping[str, str | None] | None = None,
) -> pl.DataFrame:
    """Judge each fix by what recurred after it.

    In: fixes: frame(pattern_id, fixed_at, recommendation_id); OCCURRENCES of all patterns, untouched ones
    being the controls; unobserved: frame(started_at, ended_at, and if known pattern_id or service) of times
    in which nothing could be observed; `as_of` (aware); left_out: LEFT_OUT_SCHEMA, of what says nothing of
    its fix, on either side of it; exposure: EXPOSURE_SCHEMA, of how often what may fail was used; names: of
    patterns, for the text. Out:
    PROOF_SCHEMA, one row per fix, sorted by recommendation and pattern; events are distinct active days, days
    are those in which something could be seen, or usual days' worth of the exposure, expected_after is what
    would have come with nothing changed, the ratio is the median with its 90 % interval, null until one
    active day was to be expected; exposure_needed is what silence takes to prove it, or took.

    Method: the tests of `sequential_test`, on turns kept and missed where the pattern has a rhythm, else on
    rates; the burst before the fix is left out of the baseline, the rate to be expected follows a decline
    that had begun before and the untouched patterns. Held: odds of 20 that it at least halved and of 100 that
    anything changed, a week observed, and longer as quiet as the pattern ever was by itself. Failed: odds of
    20 against its having halved. Partly: odds of 20 for a smaller fall. No sign: two recurrences or more,
    and odds of 3 that nothing changed.
    """
    seen = occurrences.filter(pl.col("occurred_at") <= as_of)
    history = ActivityHistory.from_frames(seen, fixes, exposure)
    keys = [(fix["recommendation_id"], fix["pattern_id"]) for fix in fixes.iter_rows(named=True)]
    without = group_left_out(left_out, dict(zip(keys, fixes["fixed_at"].to_list(), strict=True)))
    rows = []
    for fix in fixes.sort("recommendation_id", "pattern_id").iter_rows(named=True):
        gaps = find_observation_gaps(unobserved, fix["pattern_id"], history)
        of_fix = without.get((fix["recommendation_id"], fix["pattern_id"]), LeftOut())
        claim = ClaimedFix.gather(fix["pattern_id"], fix["fixed_at"], as_of, history, gaps, of_fix)
        rows.append(_prove(fix, claim, names or {}))
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


def _prove(fix: Mapping[str, Any], claim: ClaimedFix, names: Mapping[str, str | None]) -> tuple[Any, ...]:
    watch = claim.watch_now()
    (verdict,) = decide_verdicts(watch)
    moved = find_spillover(claim.pattern_id, claim.history, claim.fixed_at, claim.now)
    if verdict is Verdict.HELD and _has_moved(watch, moved.days):
        verdict = Verdict.MOVED
    is_awaited = watch.before.events > 0 and not verdict.is_reopening
    proof_day = claim.find_proof_day(watch) if is_awaited else None
    earliest = None if proof_day is None else _find_date(fix["fixed_at"], proof_day)
    needed = None if proof_day is None else claim.count_exposure_until(proof_day)
    is_measured = watch.days[0] >= 1 and watch.before.events > 0
    ratio = _estimate_ratio(watch) if is_measured else (None, None, None)
    exposure = watch.exposure
    text = write_proof(verdict, watch, ratio, ProofAhead(earliest, needed), Move.name_patterns(moved, names))
    return (
        fix["recommendation_id"],
        fix["pattern_id"],
        verdict.value,
        watch.before.events,
        round(watch.before.days, 2),
        int(watch.events[0]),
        round(float(watch.days[0]), 2),
        round(float(watch.odds.expected[0]), 2) if is_measured else None,
        int(watch.turns_kept[0]) if watch.rhythm else None,
        int(watch.turns_due[0]) if watch.rhythm else None,
        *ratio,
        round(float(watch.odds.probability_halved[0]), 4) if is_measured else None,
        earliest,
        list(claim.left_out.counts),
        exposure.unit if exposure else None,
        round(exposure.before) if exposure else None,
        round(float(exposure.since[0])) if exposure else None,
        None if needed is None else math.ceil(needed),
        text + claim.left_out.write(),
    )


def _find_date(fixed_at: datetime, day: float) -> date:
    return (fixed_at.astimezone(UTC) + timedelta(days=day)).date()


def _has_moved(watch: FixWatch, spillover_events: int) -> bool:
    """New patterns of the same service carry on at half the old rate or more."""
    expected = watch.before.events / max(watch.before.days, 1.0) * watch.days[0]
    return spillover_events >= 3 and spillover_events >= HALF_RATE * expected


def _estimate_ratio(watch: FixWatch) -> tuple[float, float, float] | tuple[None, None, None]:
    """Median and 90 % interval of the rate after over before; None while next to nothing was to come.

    Method: with Jeffreys priors the ratio of two Poisson rates is a scaled beta-prime variable.
    """
    from scipy.special import betaincinv

    expected = float(watch.odds.expected[0])
    if expected < MIN_EXPECTED:
        return None, None, None
    spread = 1.0 if watch.rhythm else watch.before.dispersion
    after = (watch.turns_kept if watch.rhythm else watch.events)[0] / spread + 0.5
    before = (watch.rhythm.turns_kept if watch.rhythm else watch.before.events) / spread + 0.5
    share = betaincinv(after, before, np.array([0.5, 0.05, 0.95]))
    middle, low, high = share / (1 - share) * before * spread / expected
    return float(middle), float(low), float(high)
