"""Scores risk, 0 to 100, of issues and patterns: how severe, how likely again, how recent and how broad.

risk = 100 * (.35 severity + .35 recurrence + .15 recency + .15 breadth), each part between 0 and 1:

- severity: p1 1, p2 .7, p3 .4, p4 .15, unknown as p3. A pattern counts half by its worst issue, half by the
  mean.
- recurrence: the probability that the pattern recurs, from the prediction whose window is nearest to 30
  days; .25 where there is no prediction yet.
- recency: 2^(-age / half-life) since the issue arrived (14 days), or since the pattern was last seen (30
  days).
- breadth: 1 - 2^(-(services + teams - 2) / 3), services and teams hit by the pattern, at least one of each.
"""

import math
from datetime import date, datetime

import polars as pl

from causeloop_pipeline.model.frames import RISK_SCHEMA
from causeloop_pipeline.model.issue import DEFAULT_SEVERITY, Severity
from causeloop_pipeline.model.prediction import PREFERRED_WINDOW, Impact

WEIGHTS = {"severity": 0.35, "recurrence": 0.35, "recency": 0.15, "breadth": 0.15}
SEVERITY_PARTS = {
    Severity.P1.value: 1.0,
    Severity.P2.value: 0.7,
    Severity.P3.value: 0.4,
    Severity.P4.value: 0.15,
}
UNKNOWN_SEVERITY = SEVERITY_PARTS[DEFAULT_SEVERITY]
UNKNOWN_RECURRENCE = 0.25
ISSUE_HALF_LIFE_DAYS = 14.0
PATTERN_HALF_LIFE_DAYS = 30.0

IMPACT_THRESHOLDS = (
    (0.85, Impact.CRITICAL.value),
    (0.6, Impact.HIGH.value),
    (0.35, Impact.MEDIUM.value),
    (0.0, Impact.LOW.value),
)


def score_issue_risk(
    issues: pl.DataFrame,
    members: pl.DataFrame,
    predictions: pl.DataFrame,
    patterns: pl.DataFrame,
    *,
    as_of: datetime,
) -> pl.DataFrame:
    """Score the risk of each issue, by this module's formula.

    In: frames of issues, members, predictions and patterns, the time of the judgement (aware). Out:
    RISK_SCHEMA, one row per issue, sorted by id, scores with one decimal. Recurrence and breadth are those of
    the issue's pattern; an issue without a pattern has the breadth of one service and one team. Issues dated
    after as_of count as new.
    """
    in_patterns = members.select("issue_id", "pattern_id").unique(
        "issue_id", keep="first", maintain_order=True
    )
    in_known_patterns = in_patterns.join(patterns.select("pattern_id").unique(), on="pattern_id", how="semi")
    last_seen = pl.col("source_created_at").alias("last_seen_at")
    placed = issues.select("issue_id", "severity", last_seen).join(
        in_known_patterns, on="issue_id", how="left"
    )
    return score_placed_issues(placed, summarize_members(members, issues), predictions, as_of=as_of)


def score_placed_issues(
    issues: pl.DataFrame, summaries: pl.DataFrame, predictions: pl.DataFrame, *, as_of: datetime
) -> pl.DataFrame:
    """Score the risk of some issues, by this module's formula.

    In: frame(issue_id, severity, last_seen_at, pattern_id), the summaries of their patterns,
    PREDICTIONS and the time of the judgement (aware). Out: as of `score_issue_risk`.
    """
    parts = issues.join(_select_recurrence(predictions), on="pattern_id", how="left").join(
        summaries.select("pattern_id", "breadth"), on="pattern_id", how="left"
    )
    age = _age_days(pl.col("last_seen_at"), as_of)
    return _score(parts, "issue_id", _score_severity(), age, ISSUE_HALF_LIFE_DAYS)


def score_pattern_risk(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    predictions: pl.DataFrame,
    *,
    as_of: datetime,
) -> pl.DataFrame:
    """Score the risk of each pattern, by this module's formula.

    In: frames of patterns, members, issues and predictions, the time of the judgement (aware). Out:
    RISK_SCHEMA, one row per pattern, sorted by id, scores with one decimal. A pattern without issues has the
    severity of an unknown one.
    """
    return score_summarized_patterns(patterns, summarize_members(members, issues), predictions, as_of=as_of)


def score_summarized_patterns(
    patterns: pl.DataFrame, summaries: pl.DataFrame, predictions: pl.DataFrame, *, as_of: datetime
) -> pl.DataFrame:
    """Score the risk of patterns, by this module's formula.

    In: frame(pattern_id, last_seen_at), their summaries, PREDICTIONS and the time of the judgement (aware).
    Out: as of `score_pattern_risk`.
    """
    parts = (
        patterns.select("pattern_id", "last_seen_at")
        .join(summaries, on="pattern_id", how="left")
        .join(_select_recurrence(predictions), on="pattern_id", how="left")
    )
    severity = (pl.col("worst") + pl.col("mean")) / 2
    return _score(
        parts, "pattern_id", severity, _age_days(pl.col("last_seen_at"), as_of), PATTERN_HALF_LIFE_DAYS
    )


def measure_issue_basis(summaries: pl.DataFrame, predictions: pl.DataFrame) -> pl.DataFrame:
    """Measure what each pattern adds to the risk of its issues: recurrence and breadth, in points.

    In: the summaries of patterns, PREDICTIONS. Out: frame(pattern_id, basis).
    """
    return (
        summaries.join(_select_recurrence(predictions), on="pattern_id", how="left")
        .select("pattern_id", basis=100 * _score_pattern_part())
        .sort("pattern_id")
    )


def summarize_members(members: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    """Summarize the issues of each pattern.

    In: MEMBERS, ISSUES. Out: frame(pattern_id, worst, mean, breadth): how severe at worst and on average,
    and how broad.
    """
    return _count_severities(members, issues).join(
        _score_breadth(members, issues), on="pattern_id", how="full", coalesce=True
    )


def summarize_counts(counts: pl.DataFrame) -> pl.DataFrame:
    """Summarize the issues of each pattern, from how many there are of each severity.

    In: frame(pattern_id, p1, p2, p3, p4, services, teams). Out: as of `summarize_members`.
    """
    total = pl.sum_horizontal(*SEVERITY_PARTS)
    worst = pl.max_horizontal(
        pl.when(pl.col(severity) > 0).then(part) for severity, part in SEVERITY_PARTS.items()
    )
    mean = pl.sum_horizontal(pl.col(severity) * part for severity, part in SEVERITY_PARTS.items()) / total
    places = [pl.col(name).clip(lower_bound=1).cast(pl.Float64) for name in ("services", "teams")]
    rated = counts.with_columns(*places, worst=worst, mean=mean)
    return rated.select("pattern_id", "worst", "mean", breadth=_compute_breadth_part())


def rate_impacts(patterns: pl.DataFrame, occurrences: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Rate how bad a recurrence of each pattern would be: critical, high, medium or low.

    In: frame(pattern_id, …), frames.OCCURRENCE_SCHEMA or CATEGORIZED_OCCURRENCE_SCHEMA (undated ones count)
    and the time of the judgement. Out: frame(pattern_id, impact), one row per pattern, sorted. Method: .75 of
    the severity that a quarter of the occurrences seen by then reach or exceed, .25 of the breadth (as in the
    risk formula); .85, .6 and .35 separate the four.
    """
    has_occurred = pl.col("occurred_at").is_null() | (pl.col("occurred_at") <= as_of)
    typical = _score_severity().quantile(0.75, "higher").alias("typical")
    seen = occurrences.filter(has_occurred).group_by("pattern_id").agg(typical, *_count_places())
    of_patterns = seen.select(
        pl.col("pattern_id").cast(pl.String), "typical", breadth=_compute_breadth_part()
    )
    parts = patterns.select(pl.col("pattern_id").unique()).join(of_patterns, on="pattern_id", how="left")
    score = 0.75 * pl.col("typical").fill_null(UNKNOWN_SEVERITY) + 0.25 * pl.col("breadth").fill_null(0.0)
    impact = pl.lit("low")
    for threshold, name in reversed(IMPACT_THRESHOLDS):
        impact = pl.when(pl.col("score") >= threshold - 1e-9).then(pl.lit(name)).otherwise(impact)
    return parts.with_columns(score=score).select("pattern_id", impact.alias("impact")).sort("pattern_id")


def select_nearest_predictions(
    predictions: pl.DataFrame, window_days: int = PREFERRED_WINDOW
) -> pl.DataFrame:
    """Select one prediction per pattern: the one whose window is nearest to the requested one.

    In: PREDICTION_SCHEMA, the window in days. Out: its rows with a probability, one per pattern.
    """
    with_probability = predictions.filter(pl.col("probability").is_not_null())
    distance = (pl.col("window_days") - window_days).abs()
    return with_probability.sort("pattern_id", distance, "window_days").unique(
        "pattern_id", keep="first", maintain_order=True
    )


def _score(
    parts: pl.DataFrame, key: str, severity: pl.Expr, age_days: pl.Expr, half_life_days: float
) -> pl.DataFrame:
    score = (
        WEIGHTS["severity"] * severity.fill_null(UNKNOWN_SEVERITY)
        + _score_pattern_part()
        + WEIGHTS["recency"] * (-age_days / half_life_days * math.log(2)).exp().fill_null(0.0)
    )
    named = parts.select(pl.col(key).alias("id"), (100 * score).clip(0.0, 100.0).round(1).alias("risk_score"))
    return named.cast(RISK_SCHEMA).sort("id")


def _score_pattern_part() -> pl.Expr:
    """What a pattern gives to itself and to its issues."""
    recurrence = pl.col("probability").fill_null(UNKNOWN_RECURRENCE).clip(0.0, 1.0)
    return WEIGHTS["recurrence"] * recurrence + WEIGHTS["breadth"] * pl.col("breadth").fill_null(0.0)


def _score_severity() -> pl.Expr:
    return pl.col("severity").replace_strict(
        SEVERITY_PARTS, default=UNKNOWN_SEVERITY, return_dtype=pl.Float64
    )


def _age_days(seen_at: pl.Expr, as_of: datetime | date) -> pl.Expr:
    return ((pl.lit(as_of) - seen_at).dt.total_seconds() / 86_400).clip(lower_bound=0.0)


def _select_recurrence(predictions: pl.DataFrame) -> pl.DataFrame:
    return select_nearest_predictions(predictions).select("pattern_id", "probability")


def _count_severities(members: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    joined = (
        members.select("pattern_id", "issue_id")
        .unique()
        .join(issues.select("issue_id", "severity"), on="issue_id")
    )
    part = _score_severity()
    return (
        joined.sort("pattern_id", "severity").group_by("pattern_id").agg(worst=part.max(), mean=part.mean())
    )


def _score_breadth(members: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    hit = members.select("pattern_id", "issue_id").unique().join(issues, on="issue_id")
    return (
        hit.group_by("pattern_id").agg(_count_places()).select("pattern_id", breadth=_compute_breadth_part())
    )


def _count_places() -> list[pl.Expr]:
    """How many services and teams a pattern hits, at least one of each."""
    return [
        pl.col(name).drop_nulls().n_unique().clip(lower_bound=1).cast(pl.Float64).alias(name + "s")
        for name in ("service", "team")
    ]


def _compute_breadth_part() -> pl.Expr:
    """1 - 2^(-(services + teams - 2) / 3)."""
    return 1 - (-(pl.col("services") + pl.col("teams") - 2) / 3 * math.log(2)).exp()
