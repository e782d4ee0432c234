"""The whole loop over frames: issues to ranked recommendations, by the functions that the assets call."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from causeloop_pipeline.model.frames import OCCURRENCE_SCHEMA, PREDICTION_SCHEMA
from causeloop_pipeline.model.prediction import WINDOWS

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.detect.clusters.clusters import Clustering
    from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping
    from causeloop_pipeline.analysis.predict.predictions import RecurrencePredictions

MIN_EDGE_STRENGTH = 0.35
NO_DATES = "no_dates"
STAGES = ("fingerprints", "patterns", "clusters", "predictions", "risk", "recommendations")


@dataclass(frozen=True)
class Loop:
    """What came of a set of issues, stage by stage; shapes as in frames."""

    issues: pl.DataFrame
    fingerprints: pl.DataFrame
    grouping: "Grouping"
    clustering: "Clustering"
    predictions: pl.DataFrame
    forecasts: pl.DataFrame
    issue_risks: pl.DataFrame
    pattern_risks: pl.DataFrame
    recommendations: pl.DataFrame


def run_loop(
    issues: pl.DataFrame,
    *,
    as_of: datetime,
    timezone: str = "UTC",
    namespace: str = "file",
    constraints: pl.DataFrame | None = None,
    windows: tuple[int, ...] = WINDOWS,
    reached: Callable[[str], None] = lambda _: None,
) -> Loop:
    """Find patterns, clusters, predictions, risk and recommendations.

    In: ISSUES; `as_of` (aware), the time of the judgement; `timezone` for times of day; `namespace`, from
    which ids are made; CONSTRAINTS that people set; windows in days; `reached` is told the name of each
    of STAGES as it begins. Out: a Loop. Patterns whose issues carry no date have predictions without a
    probability, and `no_dates` as the reason. The same input gives the same Loop.
    """
    fingerprints, grouping = group(
        issues, timezone=timezone, namespace=namespace, constraints=constraints, reached=reached
    )
    found = (grouping.patterns, grouping.members, issues)
    reached("clusters")
    clustering = cluster(*found, namespace=namespace)
    reached("predictions")
    predicted = predict(*found, as_of=as_of, timezone=timezone, windows=windows)
    predictions = with_reasons(predicted.predictions, grouping.patterns, windows)
    reached("risk")
    issue_risks, pattern_risks = risks(*found, predictions, as_of=as_of)
    reached("recommendations")
    advice = advise(*found, predictions, pattern_risks, clustering, as_of=as_of, namespace=namespace)
    forecasts = predicted.forecasts
    return Loop(
        issues, fingerprints, grouping, clustering, predictions, forecasts, issue_risks, pattern_risks, advice
    )


def group(
    issues: pl.DataFrame,
    *,
    timezone: str,
    namespace: str,
    constraints: pl.DataFrame | None = None,
    previous: pl.DataFrame | None = None,
    reached: Callable[[str], None] = lambda _: None,
) -> "tuple[pl.DataFrame, Grouping]":
    """Fingerprint issues and group them into patterns.

    In: ISSUES, a time zone, a namespace for ids, CONSTRAINTS and the PREVIOUS grouping. Out: FINGERPRINTS
    and the Grouping.
    """
    from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
    from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions, group_issues

    reached("fingerprints")
    fingerprints = fingerprint_issues(issues, timezone=timezone)
    reached("patterns")
    grouping = group_issues(
        issues,
        fingerprints,
        constraints=constraints,
        previous=previous,
        options=GroupingOptions(namespace=namespace),
    )
    return fingerprints, grouping


def cluster(
    patterns: pl.DataFrame, members: pl.DataFrame, issues: pl.DataFrame, *, namespace: str
) -> "Clustering":
    """PATTERNS, MEMBERS and ISSUES in, their clusters out; edges from MIN_EDGE_STRENGTH on count."""
    from causeloop_pipeline.analysis.detect.clusters.clusters import cluster_patterns

    return cluster_patterns(patterns, members, issues, namespace=namespace, min_strength=MIN_EDGE_STRENGTH)


def predict(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    *,
    as_of: datetime,
    timezone: str,
    windows: tuple[int, ...] = WINDOWS,
) -> "RecurrencePredictions":
    """Predict the recurrence of each pattern from its members' dates.

    In: PATTERNS, MEMBERS, ISSUES, the time of the judgement, a time zone, windows in days. Out: the
    predictions and forecasts of `recurrence.predict_recurrence`, impacts as `risk.pattern_impacts` says.
    """
    from causeloop_pipeline.analysis.predict.predictions import predict_recurrence
    from causeloop_pipeline.analysis.predict.risk import pattern_impacts

    return predict_recurrence(
        occurrences_of(members, issues),
        as_of=as_of,
        windows=windows,
        timezone=timezone,
        observed_since=issues["source_created_at"].min(),  # type: ignore[arg-type]
        impacts=pattern_impacts(patterns, members, issues, as_of),
        names=dict(patterns.select("pattern_id", "name").iter_rows()),
    )


def risks(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    predictions: pl.DataFrame,
    *,
    as_of: datetime,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """PATTERNS, MEMBERS, ISSUES and PREDICTION_SCHEMA in; the RISKS of issues and the RISKS of patterns out."""
    from causeloop_pipeline.analysis.predict.risk import issue_risk, pattern_risk

    return (
        issue_risk(issues, members, predictions, patterns, as_of=as_of),
        pattern_risk(patterns, members, issues, predictions, as_of=as_of),
    )


def advise(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    predictions: pl.DataFrame,
    pattern_risks: pl.DataFrame,
    clustering: "Clustering",
    *,
    as_of: datetime,
    namespace: str,
) -> pl.DataFrame:
    """Everything found so far in, RECOMMENDATIONS by rank out."""
    from causeloop_pipeline.analysis.act.recommendations import recommend

    return recommend(
        patterns,
        members,
        issues,
        predictions,
        pattern_risks,
        clustering.clusters,
        clustering.members,
        as_of=as_of,
        namespace=namespace,
    )


def occurrences_of(members: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    """When and where each pattern occurred: MEMBERS and ISSUES in, OCCURRENCE_SCHEMA out, dated issues only."""
    dated = issues.filter(pl.col("source_created_at").is_not_null())
    joined = members.select("pattern_id", "issue_id").join(dated, on="issue_id")
    return (
        joined.rename({"source_created_at": "occurred_at"})
        .select(pl.col(name).cast(dtype) for name, dtype in OCCURRENCE_SCHEMA.items())
        .sort("pattern_id", "occurred_at", "service", "team", "environment", "severity")
    )


def with_reasons(predictions: pl.DataFrame, patterns: pl.DataFrame, windows: tuple[int, ...]) -> pl.DataFrame:
    """PREDICTION_SCHEMA in which every pattern has its rows: those that could not be predicted say why."""
    silent = patterns.select("pattern_id").join(predictions, on="pattern_id", how="anti")
    frame = pl.DataFrame({"window_days": sorted(set(windows))}, schema={"window_days": pl.Int64})
    rows = silent.join(frame, how="cross").with_columns(pl.lit(NO_DATES).alias("reason"))
    absent = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in PREDICTION_SCHEMA.items()
        if name not in rows.columns
    ]
    complete = rows.with_columns(absent).select(PREDICTION_SCHEMA.names())
    return pl.concat([predictions.select(PREDICTION_SCHEMA.names()), complete]).sort(
        "pattern_id", "window_days"
    )
