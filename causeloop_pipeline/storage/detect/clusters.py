"""Clusters of patterns and the graph that made them."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

MEMBERS = """
select cluster_id, pattern_id
from detect.cluster_member
where workspace_id = %s
order by cluster_id, pattern_id
"""


def read_cluster_members(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """Which pattern belongs to which cluster."""
    return session.read(MEMBERS, (workspace_id,), schema=schema)


def replace_clusters(
    session: Session, workspace_id: UUID, clusters: pl.DataFrame, members: pl.DataFrame, edges: pl.DataFrame
) -> None:
    """Make a clustering the workspace's only one."""
    owner = pl.lit(str(workspace_id))
    session.execute("delete from detect.cluster_member where workspace_id = %s", (workspace_id,))
    session.replace("detect.cluster", clusters.with_columns(workspace_id=owner), workspace_id)
    session.insert("detect.cluster_member", members.with_columns(workspace_id=owner))
    session.replace("detect.pattern_edge", edges.with_columns(workspace_id=owner), workspace_id)
