"""Did the fix hold? A test that may be looked at every day, no surer than what came since allows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.act.proof_text import write_proof
from causeloop_pipeline.analysis.act.verdicts import MIN_OBSERVED_DAYS, decide_verdicts, is_half_proven
from causeloop_pipeline.analysis.arrays import Bools, Floats
from causeloop_pipeline.analysis.before_after.activity import (
    ActivityHistory,
    count_spillover_events,
    find_observation_gaps,
    to_days,
)
from causeloop_pipeline.analysis.before_after.baseline import Controls, ObservationGaps
from causeloop_pipeline.analysis.before_after.fix_watch import FixWatch, watch_fix
from causeloop_pipeline.analysis.before_after.sequential_test import RateEvidence
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
        "expected_after": pl.Float64,
        "turns_kept": pl.Int64,
        "turns_due": pl.Int64,
        "rate_ratio": pl.Float64,
        "rate_ratio_low": pl.Float64,
        "rate_ratio_high": pl.Float64,
        "probability_halved": pl.Float64,
        "earliest_proof_date": pl.Date,
        "text": pl.String,
    }
)

MIN_EXPECTED = 1.0  # below, there is no rate worth a figure
MAX_PROOF_DAYS = 730  # from now
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

    first = _find_first(judge, 0)
    return float("inf") if first is None else first


def prove_fixes(
    fixes: pl.DataFrame,
    occurrences: pl.DataFrame,
    exposure: pl.DataFrame | None = None,
    *,
    as_of: datetime,
    ignored: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Judge each fix by what recurred after it.

    In: fixes: frame(pattern_id, fixed_at, recommendation_id); OCCURRENCES of all patterns, untouched ones
    being the controls; exposure: frame(started_at, ended_at, and if known pattern_id or service) of times
    in which nothing could be observed or the service was unused; `as_of` (aware); ignored:
    frame(recommendation_id, pattern_id, occurred_at) of what ran a version from before its fix. Out:
    PROOF_SCHEMA, one row per fix, sorted by recommendation and pattern; events are distinct active days, days
    are those in which something could be seen, expected_after is what would have come with nothing changed,
    the ratio is the median with its 90 % interval, null until one active day was to be expected.

    Method: the tests of `sequential_test`, on turns kept and missed where the pattern has a rhythm, else on
    rates; the burst that led to the fix is no part of the baseline, the rate to be expected follows a decline
    that had begun before and the untouched patterns. Held: odds of 20 that it at least halved and of 100 that
    anything changed, a week observed, and longer as quiet as the pattern ever was by itself. Failed: odds of
    20 against its having halved. Partly: odds of 20 for a smaller fall. No sign: two recurrences or more,
    and odds of 3 that nothing changed.
    """
    history = ActivityHistory.from_frames(occurrences.filter(pl.col("occurred_at") <= as_of), fixes)
    without = _list_ignored(ignored)
    rows = [
        _prove(
            fix,
            history,
            find_observation_gaps(exposure, fix["pattern_id"], history),
            as_of,
            without.get((fix["recommendation_id"], fix["pattern_id"]), frozenset()),
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


def _list_ignored(ignored: pl.DataFrame | None) -> dict[tuple[str, str], frozenset[float]]:
    """The times that do not count, in days since 1970, by fix."""
    times_of_fix: dict[tuple[str, str], set[float]] = {}
    if ignored is not None:
        days = pl.col("occurred_at").dt.epoch("us") / 86_400_000_000
        for fix, pattern_id, at in ignored.select("recommendation_id", "pattern_id", days).iter_rows():
            times_of_fix.setdefault((fix, pattern_id), set()).add(at)
    return {key: frozenset(times) for key, times in times_of_fix.items()}


def _prove(
    fix: Mapping[str, Any],
    history: ActivityHistory,
    gaps: ObservationGaps,
    as_of: datetime,
    ignored: frozenset[float],
) -> tuple[Any, ...]:
    fixed_at, now = to_days(fix["fixed_at"]), to_days(as_of)
    look = np.array([max(now - fixed_at, 0.0)])
    watch = watch_fix(fix["pattern_id"], fixed_at, history, gaps, look, ignored=ignored)
    (verdict,) = decide_verdicts(watch)
    moved = count_spillover_events(fix["pattern_id"], history, fixed_at, now)
    if verdict is Verdict.HELD and _has_moved(watch, moved):
        verdict = Verdict.MOVED
    is_awaited = watch.before.events > 0 and not verdict.is_reopening
    earliest = _find_proof_date(fix, watch, history, gaps, ignored) if is_awaited else None
    is_measured = watch.days[0] >= 1 and watch.before.events > 0
    ratio = _estimate_ratio(watch) if is_measured else (None, None, None)
    expected = float(watch.odds.expected[0])
    return (
        fix["recommendation_id"],
        fix["pattern_id"],
        verdict.value,
        watch.before.events,
        round(watch.before.days, 2),
        int(watch.events[0]),
        round(float(watch.days[0]), 2),
        round(expected, 2) if is_measured else None,
        int(watch.turns_kept[0]) if watch.rhythm else None,
        int(watch.turns_due[0]) if watch.rhythm else None,
        *ratio,
        round(float(watch.odds.probability_halved[0]), 4) if is_measured else None,
        earliest,
        write_proof(verdict, watch, ratio, earliest, moved) + _write_ignored(len(ignored)),
    )


def _write_ignored(count: int) -> str:
    return f" {count:,} of an earlier version not counted." if count else ""


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


def _find_first(judge: Callable[[Floats], Bools], start: int) -> float | None:
    """The first whole day after a start, and within two years, on which something is so and stays so."""
    coarse = start + np.unique(np.ceil(np.geomspace(1, MAX_PROOF_DAYS, 40)))
    is_so = judge(coarse)
    if not is_so.any():
        return None
    place = int(is_so.argmax())
    fine = np.arange(coarse[place - 1] + 1 if place else start + 1, coarse[place] + 1)
    return float(fine[int(judge(fine).argmax())])


def _project(controls: Controls, days: float) -> Controls:
    """What the controls will have counted in so many days more, at the rate since the fix or else before
    it."""
    since = controls.after / controls.days_after if controls.days_after >= MIN_OBSERVED_DAYS else None
    rate = controls.before / max(controls.days_before, 1.0) if since is None else since
    return replace(controls, after=controls.after + rate * days, days_after=controls.days_after + days)


def _find_proof_date(
    fix: Mapping[str, Any],
    watch: FixWatch,
    history: ActivityHistory,
    gaps: ObservationGaps,
    ignored: frozenset[float],
) -> date | None:
    """The day on which the fix was proven, or on which silence until then will have proven it."""
    fixed_at, elapsed = to_days(fix["fixed_at"]), float(watch.looks[0])
    (verdict,) = decide_verdicts(watch)

    def judge(looks: Floats) -> Bools:
        ahead = [_project(watch.controls[0], max(look - elapsed, 0.0)) for look in looks.tolist()]
        controls = None if verdict is Verdict.HELD else ahead
        seen = watch_fix(
            fix["pattern_id"], fixed_at, history, gaps, looks, controls=controls, ignored=ignored
        )
        return np.array([each is Verdict.HELD for each in decide_verdicts(seen)], dtype=bool)

    if verdict is Verdict.HELD:
        looks = np.arange(1.0, np.ceil(elapsed))
        lost = np.flatnonzero(~judge(looks))  # it was proven on the day from which on it stayed so
        first: float | None = looks[lost[-1]] + 1 if len(lost) else 1.0
    else:
        first = _find_first(judge, int(elapsed))
    return None if first is None else (fix["fixed_at"].astimezone(UTC) + timedelta(days=float(first))).date()
