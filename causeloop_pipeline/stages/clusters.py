"""`clusters`: patterns that belong to one systemic problem, and the graph that shows why.

A cluster depends on all patterns of a workspace. Large workspaces are clustered again only when some percent
of their patterns are new, so that the cost follows the number of new patterns.
"""

from datetime import datetime, timedelta
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.pattern_summaries import RecognizedWords, find_family_without_traces
from causeloop_pipeline.analysis.detect.clusters.clusters import PatternFacts, cluster_by_facts
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import (
    TEXT_TRAITS,
    TRAIT_DIMENSIONS,
    list_dimension_traits,
    list_family_traits,
)
from causeloop_pipeline.analysis.detect.clusters.post_change_patterns import find_post_change_patterns
from causeloop_pipeline.analysis.loop import MIN_EDGE_STRENGTH, find_changes_start
from causeloop_pipeline.model.frames import OCCURRENCE_SCHEMA, PATTERN_SCHEMA
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.changes import read_changes
from causeloop_pipeline.storage.core.issues import read_first_occurrence_time, read_occurrences
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.clusters import (
    note_clustering,
    read_cluster_members,
    read_last_clustering,
    replace_clusters,
)
from causeloop_pipeline.storage.detect.pattern_summaries import read_summaries, read_value_counts
from causeloop_pipeline.storage.detect.patterns import read_patterns

FEW_PATTERNS = 300
"""Up to this number of patterns, every run clusters them all."""
MAX_GROWTH = 1.05
CLUSTER_AGAIN_AFTER = timedelta(hours=3)
OCCURRENCE_TIMES = pl.Schema({name: OCCURRENCE_SCHEMA[name] for name in ("pattern_id", "occurred_at")})

PATTERN_COLUMNS = pl.Schema(
    {
        **{name: PATTERN_SCHEMA[name] for name in ("pattern_id", "name", "issue_count", "first_seen_at")},
        "fingerprint": TEXT_TRAITS,
    }
)
SUMMARY_COLUMNS = pl.Schema(
    {
        "pattern_id": pl.String(),
        "summary": pl.Struct(
            {
                "title": pl.String(),
                "exception": pl.Struct({"value": pl.String()}),
                "words_digest": pl.String(),
                "family_without_traces": pl.String(),
                "issue_count": pl.Int64(),
                "days": pl.List(pl.Int64()),
            }
        ),
    }
)


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, options: RunOptions) -> Counts:
    """Cluster the workspace's patterns; a cluster keeps the id of the one it overlaps most."""
    workspace_id = workspace.workspace_id
    if not options.is_rebuild and not is_due(session, workspace_id, as_of):
        return {"clusters": 0, "clustered patterns": 0, "edges": 0}
    patterns = read_patterns(session, workspace_id, PATTERN_COLUMNS)
    clustering = cluster_by_facts(
        patterns,
        _read_facts(session, workspace_id, patterns, as_of),
        previous=read_cluster_members(session, workspace_id),
        namespace=str(workspace_id),
        min_strength=MIN_EDGE_STRENGTH,
    )
    replace_clusters(session, workspace_id, clustering.clusters, clustering.members, clustering.edges)
    note_clustering(session, workspace_id, as_of)
    return {
        "clusters": clustering.clusters.height,
        "clustered patterns": clustering.members.height,
        "edges": clustering.edges.height,
    }


def is_due(session: Session, workspace_id: UUID, as_of: datetime) -> bool:
    """Whether to cluster: few patterns, a full regrouping, enough new ones, or too long since the last
    time."""
    last = read_last_clustering(session, workspace_id)
    if last is None or last.clustered_at is None or last.is_regrouped or last.patterns <= FEW_PATTERNS:
        return True
    has_grown = last.patterns > MAX_GROWTH * last.clustered_patterns
    return has_grown or as_of >= last.clustered_at + CLUSTER_AGAIN_AFTER


def _read_facts(
    session: Session, workspace_id: UUID, patterns: pl.DataFrame, as_of: datetime
) -> PatternFacts:
    """The facts that `cluster_patterns` would derive from all issues, from the stored pattern summaries."""
    summaries = read_summaries(session, workspace_id, columns=SUMMARY_COLUMNS).unnest("summary")
    counts = read_value_counts(session, workspace_id, TRAIT_DIMENSIONS)
    dimensions = list_dimension_traits(counts, summaries.select("pattern_id", size="issue_count"))
    families = list_family_traits(_find_families(patterns, summaries))
    traits = pl.concat([dimensions, families]).sort("pattern_id", "kind", "value")
    active_days = summaries.select("pattern_id", day="days").explode("day")
    first_at = read_first_occurrence_time(session, workspace_id)
    changes = read_changes(session, workspace_id, find_changes_start(first_at, as_of))
    occurrences = OCCURRENCE_TIMES.to_frame()
    if changes.height:
        occurrences = read_occurrences(session, workspace_id, OCCURRENCE_TIMES)
    post_change = find_post_change_patterns(occurrences.rename({"occurred_at": "source_created_at"}), changes)
    return PatternFacts(traits, active_days, post_change)


def _find_families(patterns: pl.DataFrame, summaries: pl.DataFrame) -> dict[str, str | None]:
    """The failure family of each pattern that has issues."""
    recognized = {
        pattern_id: RecognizedWords(title, exception and exception["value"], digest, family)
        for pattern_id, title, exception, digest, family in summaries.select(
            "pattern_id", "title", "exception", "words_digest", "family_without_traces"
        ).iter_rows()
    }
    return {
        pattern_id: find_family_without_traces(recognized[pattern_id], name, fingerprint)
        for pattern_id, name, fingerprint in patterns.select("pattern_id", "name", "fingerprint").iter_rows()
        if pattern_id in recognized
    }
