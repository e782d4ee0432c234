"""`clusters`: patterns that belong to one systemic problem, and the graph that shows why."""

from datetime import datetime

from causeloop_pipeline.analysis.loop import changes_needed_since, cluster
from causeloop_pipeline.model.frames import MEMBERSHIP_SCHEMA
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.changes import read_changes
from causeloop_pipeline.storage.core.issues import read_issues
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.clusters import read_cluster_members, replace_clusters
from causeloop_pipeline.storage.detect.patterns import read_members, read_patterns


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, _options: RunOptions) -> Counts:
    """Cluster the workspace's patterns; a cluster keeps the id of the one it overlaps most."""
    workspace_id = workspace.workspace_id
    issues = read_issues(session, workspace_id)
    clustering = cluster(
        read_patterns(session, workspace_id),
        read_members(session, workspace_id, MEMBERSHIP_SCHEMA),
        issues,
        changes=read_changes(session, workspace_id, changes_needed_since(issues, as_of)),
        previous=read_cluster_members(session, workspace_id),
        namespace=str(workspace_id),
    )
    replace_clusters(session, workspace_id, clustering.clusters, clustering.members, clustering.edges)
    return {
        "clusters": clustering.clusters.height,
        "clustered patterns": clustering.members.height,
        "edges": clustering.edges.height,
    }
