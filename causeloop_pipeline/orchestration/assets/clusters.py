"""`clusters`: patterns that belong to one systemic problem, and the graph that shows why."""

from datetime import datetime, timedelta

from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset

BEFORE_FIRST = timedelta(days=1)
"""So far before the first issue a change may lie that it followed."""


@stage_asset(
    "clusters",
    group="detect",
    description="Patterns that share services, bursts or contributing factors, every edge with its reasons.",
    deps=["patterns", ["core", "change"]],
    kinds={"polars", "igraph"},
)
def clusters(step: Step) -> Counts:
    """Cluster the workspace's patterns; a cluster keeps the id of the one it overlaps most."""
    from causeloop_pipeline.analysis.detect.clusters.clusters import cluster_patterns
    from causeloop_pipeline.analysis.loop import MIN_EDGE_STRENGTH
    from causeloop_pipeline.model.frames import (
        CLUSTER_MEMBER_SCHEMA,
        ISSUE_SCHEMA,
        MEMBER_SCHEMA,
        PATTERN_SCHEMA,
    )
    from causeloop_pipeline.storage.core.changes import read_changes
    from causeloop_pipeline.storage.core.issues import read_issues
    from causeloop_pipeline.storage.detect.clusters import read_cluster_members, replace_clusters
    from causeloop_pipeline.storage.detect.patterns import read_members, read_patterns

    session, workspace_id = step.session, step.workspace_id
    issues = read_issues(session, workspace_id, ISSUE_SCHEMA)
    first: datetime = issues["source_created_at"].min() or step.as_of  # type: ignore[assignment]
    clustering = cluster_patterns(
        read_patterns(session, workspace_id, PATTERN_SCHEMA),
        read_members(session, workspace_id, MEMBER_SCHEMA),
        issues,
        changes=read_changes(session, workspace_id, first - BEFORE_FIRST),
        previous=read_cluster_members(session, workspace_id, CLUSTER_MEMBER_SCHEMA),
        namespace=str(workspace_id),
        min_strength=MIN_EDGE_STRENGTH,
    )
    replace_clusters(session, workspace_id, clustering.clusters, clustering.members, clustering.edges)
    return {
        "clusters": clustering.clusters.height,
        "clustered patterns": clustering.members.height,
        "edges": clustering.edges.height,
    }
