"""Clusters of patterns, and the graph of edges between patterns that they were made from."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import CLUSTER_MEMBER_SCHEMA
from causeloop_pipeline.storage.database.session import Session

SELECT_CLUSTER_MEMBERS = """
select cluster_id, pattern_id
from detect.cluster_member
where workspace_id = %s
order by cluster_id, pattern_id
"""


def read_cluster_members(
    session: Session, workspace_id: UUID, columns: pl.Schema = CLUSTER_MEMBER_SCHEMA
) -> pl.DataFrame:
    """Which pattern belongs to which cluster."""
    return session.read(SELECT_CLUSTER_MEMBERS, (workspace_id,), schema=columns)


def replace_clusters(
    session: Session, workspace_id: UUID, clusters: pl.DataFrame, members: pl.DataFrame, edges: pl.DataFrame
) -> None:
    """Replace the workspace's clusters and edges by these."""
    workspace = pl.lit(str(workspace_id))
    session.execute("delete from detect.cluster_member where workspace_id = %s", (workspace_id,))
    session.replace("detect.cluster", clusters.with_columns(workspace_id=workspace), workspace_id)
    session.insert("detect.cluster_member", members.with_columns(workspace_id=workspace))
    session.replace("detect.pattern_edge", edges.with_columns(workspace_id=workspace), workspace_id)
