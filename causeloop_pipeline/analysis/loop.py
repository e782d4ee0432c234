"""The whole loop over frames, issues to ranked recommendations, and its stages as all callers compose them.

`causeloop analyze`, the stored workspace of the CLI and the stages of the pipeline call the same functions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from causeloop_pipeline.analysis.detect.issue_occurrences import date_by_occurrences, list_issue_occurrences
from causeloop_pipeline.model.frames import CATEGORIZED_OCCURRENCE_SCHEMA, OCCURRENCE_SCHEMA
from causeloop_pipeline.model.instant_range import MIN_INSTANT
from causeloop_pipeline.model.prediction import WINDOWS

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.act.stated_endings import StatedEnding
    from causeloop_pipeline.analysis.act.unexplained import Unexplained
    from causeloop_pipeline.analysis.detect.clusters.clusters import PatternClusters
    from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, GroupingOptions
    from causeloop_pipeline.analysis.predict.predictions import (
        RecurrenceInputs,
        RecurrencePredictions,
    )
    from causeloop_pipeline.analysis.predict.recurrence.trained_model import TrainedModel

MIN_EDGE_STRENGTH = 0.35
MAX_CHANGE_LEAD = timedelta(days=1)
"""How long before an issue its triggering change may lie."""
STAGES = ("fingerprints", "patterns", "clusters", "predictions", "risk", "recommendations")


@dataclass(frozen=True)
class GroupingFacts:
    """A grouping's inputs besides the issues.

    CONSTRAINTS and FEEDBACK of people, PREVIOUS members, ISSUE_OCCURRENCES (none: one of each issue).
    """

    constraints: pl.DataFrame | None = None
    previous: pl.DataFrame | None = None
    feedback: pl.DataFrame | None = None
    occurrences: pl.DataFrame | None = None


@dataclass(frozen=True)
class IssueHistory:
    """What is on record of issues besides what they are now.

    ISSUE_OCCURRENCES (none: one of each issue), and by issue id what is stated of how those ended that have.
    """

    occurrences: pl.DataFrame | None = None
    endings: "Mapping[str, StatedEnding]" = field(default_factory=dict)


@dataclass(frozen=True)
class Loop:
    """The results for a set of issues, stage by stage; shapes as in frames."""

    issues: pl.DataFrame
    fingerprints: pl.DataFrame
    grouping: "Grouping"
    clustering: "PatternClusters"
    predictions: pl.DataFrame
    forecasts: pl.DataFrame
    issue_risks: pl.DataFrame
    pattern_risks: pl.DataFrame
    recommendations: pl.DataFrame
    investigations: pl.DataFrame
    unexplained: "Unexplained"
    headline_window: int


NO_HISTORY = IssueHistory()


def run_loop(
    issues: pl.DataFrame,
    history: IssueHistory = NO_HISTORY,
    *,
    as_of: datetime,
    timezone: str = "UTC",
    namespace: str = "file",
    windows: tuple[int, ...] = WINDOWS,
    reached: Callable[[str], None] = lambda _: None,
) -> Loop:
    """Find patterns, clusters, predictions, risk and recommendations.

    In: ISSUES and their IssueHistory; `as_of` (aware), the time of the judgement; `timezone`, for times of
    day; `namespace`, from which ids are made; windows in days; `reached` is called with the name of each of
    STAGES as it begins. Out: a Loop. Patterns whose issues carry no date have predictions without a
    probability, and `no_dates` as the reason. The same input gives the same Loop.
    """
    from causeloop_pipeline.analysis.act.closings import group_stated_endings, list_closings
    from causeloop_pipeline.analysis.act.pattern_evidence import Experience
    from causeloop_pipeline.analysis.act.pattern_summaries import summarize_patterns
    from causeloop_pipeline.analysis.act.recommendations import RecommendationInputs, advise
    from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions
    from causeloop_pipeline.analysis.detect.pattern_names import tell_twins_apart
    from causeloop_pipeline.analysis.predict.predictions import RecurrenceInputs

    occurrences = list_issue_occurrences(issues, history.occurrences)
    options, facts = GroupingOptions(namespace=namespace), GroupingFacts(occurrences=occurrences)
    fingerprints, grouping = group(issues, facts, timezone=timezone, options=options, reached=reached)
    grouping = replace(grouping, patterns=tell_twins_apart(grouping.patterns))
    occurred = date_by_occurrences(issues, occurrences)
    detected = (grouping.patterns, grouping.members)
    reached("clusters")
    clustering = cluster(*detected, occurred, namespace=namespace)
    reached("predictions")
    recurrence = RecurrenceInputs(
        select_occurrences(grouping.members, occurred),
        observed_since=occurrences["started_at"].min(),  # type: ignore[arg-type]
    )
    predicted = predict(recurrence, grouping.patterns, as_of=as_of, timezone=timezone, windows=windows)
    reached("risk")
    latest = occurred.unique("issue_id", keep="last", maintain_order=True)
    headline = predicted.predictions.filter(window_days=predicted.headline_window)
    issue_risks, pattern_risks = score_risk(*detected, latest, headline, as_of=as_of)
    reached("recommendations")
    summaries = summarize_patterns(*detected, issues, occurrences, as_of=as_of)
    closings = list_closings(grouping.members, occurrences)
    endings = group_stated_endings(closings, history.endings, as_of=as_of)
    inputs = RecommendationInputs(
        grouping.patterns,
        summaries,
        headline,
        pattern_risks,
        clustering.members,
        experience=Experience(endings=endings, findings={}),
    )
    advice = advise(inputs, as_of=as_of, namespace=namespace)
    return Loop(
        issues=issues,
        fingerprints=fingerprints,
        grouping=grouping,
        clustering=clustering,
        predictions=predicted.predictions,
        forecasts=predicted.forecasts,
        issue_risks=issue_risks,
        pattern_risks=pattern_risks,
        recommendations=advice.recommendations,
        investigations=advice.investigations,
        unexplained=advice.unexplained,
        headline_window=predicted.headline_window,
    )


def group(
    issues: pl.DataFrame,
    facts: GroupingFacts,
    *,
    timezone: str,
    options: "GroupingOptions",
    fingerprints: pl.DataFrame | None = None,
    reached: Callable[[str], None] = lambda _: None,
) -> "tuple[pl.DataFrame, Grouping]":
    """Group issues into patterns, fingerprinting them first where that has not been done.

    In: ISSUES, the GroupingFacts, a time zone, the settings for grouping, FINGERPRINTS of the same issues if
    there are any; `reached` is called with the name of each stage as it begins. Out: FINGERPRINTS and the
    Grouping.
    """
    from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
    from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues

    if fingerprints is None:
        reached("fingerprints")
        fingerprints = fingerprint_issues(issues, timezone=timezone, machine_sources=options.machine_sources)
    reached("patterns")
    grouping = group_issues(
        issues,
        fingerprints,
        occurrences=facts.occurrences,
        constraints=facts.constraints,
        previous=facts.previous,
        verdicts=facts.feedback,
        options=options,
    )
    return fingerprints, grouping


def cluster(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    *,
    namespace: str,
    changes: pl.DataFrame | None = None,
    previous: pl.DataFrame | None = None,
) -> "PatternClusters":
    """Cluster the patterns, whose edges count from MIN_EDGE_STRENGTH on.

    In: PATTERNS, MEMBERS, ISSUES, a namespace for ids, the changes since `find_changes_start`, and
    frame(cluster_id, pattern_id) of the last clustering. Out: a Clustering.
    """
    from causeloop_pipeline.analysis.detect.clusters.clusters import cluster_patterns

    return cluster_patterns(
        patterns,
        members,
        issues,
        previous=previous,
        changes=changes,
        namespace=namespace,
        min_strength=MIN_EDGE_STRENGTH,
    )


def find_changes_start(first_issue_at: datetime | None, as_of: datetime) -> datetime:
    """Since when changes may explain a cluster: a day before the first issue, or before `as_of`."""
    return max(first_issue_at or as_of, MIN_INSTANT) - MAX_CHANGE_LEAD


def predict(
    inputs: "RecurrenceInputs",
    patterns: pl.DataFrame,
    *,
    as_of: datetime,
    timezone: str,
    windows: tuple[int, ...] = WINDOWS,
    trained_model: "TrainedModel | None" = None,
    claimed_fixes: pl.DataFrame | None = None,
) -> "RecurrencePredictions":
    """Predict the recurrence of each pattern, complete: a row for every pattern and window.

    In: RecurrenceInputs, whose impacts and names are filled in here from frame(pattern_id, name) of all
    `patterns`, of which only the wanted ones are predicted if it names some; the time of the judgement, a
    time zone, windows in days; a model trained earlier; frame(pattern_id, fixed_at) of fixes that people
    claim. Out: RecurrencePredictions whose PREDICTIONS hold every pattern with its impact; those that could
    not be predicted say why, and a claimed fix that seems to hold has lowered its pattern's probabilities.
    """
    from causeloop_pipeline.analysis.predict.fix_effect import lower_by_fixes
    from causeloop_pipeline.analysis.predict.predictions import MODEL_VERSION, predict_recurrence
    from causeloop_pipeline.analysis.predict.risk import rate_impacts
    from causeloop_pipeline.analysis.predict.unpredicted import add_reasons

    names = dict(patterns.select("pattern_id", "name").iter_rows())
    occurrences = inputs.occurrences.cast(CATEGORIZED_OCCURRENCE_SCHEMA)
    inputs = replace(inputs, occurrences=occurrences)
    if inputs.wanted is not None:
        is_wanted = pl.col("pattern_id").is_in(list(inputs.wanted))
        patterns, occurrences = patterns.filter(is_wanted), occurrences.filter(is_wanted)
    impacts = rate_impacts(patterns, occurrences, as_of)
    predicted = predict_recurrence(
        replace(inputs, impacts=impacts, pattern_names=names),
        as_of=as_of,
        windows=windows,
        timezone=timezone,
        trained_model=trained_model,
    )
    predictions = add_reasons(predicted.predictions, impacts, windows).with_columns(
        pl.col("event_count").fill_null(0), pl.col("model_version").fill_null(MODEL_VERSION)
    )
    if claimed_fixes is not None and not claimed_fixes.is_empty():
        today = as_of.astimezone(ZoneInfo(timezone)).date()
        predictions = lower_by_fixes(predictions, claimed_fixes, inputs.occurrences, as_of=as_of, today=today)
    return replace(predicted, predictions=predictions)


def score_risk(
    patterns: pl.DataFrame,
    members: pl.DataFrame,
    issues: pl.DataFrame,
    predictions: pl.DataFrame,
    *,
    as_of: datetime,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Score every issue and every pattern.

    In: PATTERNS, MEMBERS, ISSUES, PREDICTIONS and the time of the judgement. Out: the RISKS of issues and the
    RISKS of patterns.
    """
    from causeloop_pipeline.analysis.predict.risk import score_issue_risk, score_pattern_risk

    return (
        score_issue_risk(issues, members, predictions, patterns, as_of=as_of),
        score_pattern_risk(patterns, members, issues, predictions, as_of=as_of),
    )


def select_occurrences(members: pl.DataFrame, issues: pl.DataFrame) -> pl.DataFrame:
    """When and where each pattern occurred.

    In: MEMBERS, and ISSUES by `date_by_occurrences`. Out: OCCURRENCE_SCHEMA, a row per occurrence, sorted;
    those without a date stay, for they count towards the impact.
    """
    joined = members.select("pattern_id", "issue_id").join(issues, on="issue_id")
    return (
        joined.rename({"source_created_at": "occurred_at"})
        .select(pl.col(name).cast(dtype) for name, dtype in OCCURRENCE_SCHEMA.items())
        .sort("pattern_id", "occurred_at", "service", "team", "environment", "severity")
    )
