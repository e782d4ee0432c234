"""Clusters of patterns, and the graph of edges between patterns that they were made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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

SELECT_MEMBERS_AMONG_PATTERNS = """
select cluster_id, pattern_id
from detect.cluster_member
where workspace_id = %s and pattern_id = any (%s::uuid[])
order by cluster_id, pattern_id
"""

SELECT_LAST_CLUSTERING = """
select clustered_at, coalesce(clustered_patterns, 0) as clustered_patterns,
       (select count(*) from detect.pattern where workspace_id = %(workspace_id)s) as patterns,
       clustered_patterns is null as is_regrouped
from detect.grouping_state
where workspace_id = %(workspace_id)s
"""

UPDATE_CLUSTERED_AT = """
update detect.grouping_state
set clustered_at = %(as_of)s,
    clustered_patterns = (select count(*) from detect.pattern where workspace_id = %(workspace_id)s)
where workspace_id = %(workspace_id)s
"""

DELETE_OTHER_EDGES = """
delete from detect.pattern_edge as e
where e.workspace_id = %s
  and not exists (select from new_edge as n
                  where n.left_pattern_id = e.left_pattern_id and n.right_pattern_id = e.right_pattern_id)
"""

# Updates, unlike inserts, skip the foreign key check; unchanged rows are not written.
UPSERT_EDGES = """
insert into detect.pattern_edge as e (workspace_id, left_pattern_id, right_pattern_id, strength, reasons)
select %s, left_pattern_id, right_pattern_id, strength, reasons
from new_edge
on conflict (workspace_id, left_pattern_id, right_pattern_id) do update
set strength = excluded.strength, reasons = excluded.reasons
where (e.strength, e.reasons) is distinct from (excluded.strength, excluded.reasons)
"""


@dataclass(frozen=True)
class LastClustering:
    """When the patterns were last clustered, how many there were, and whether all were regrouped since."""

    clustered_at: datetime | None
    clustered_patterns: int
    patterns: int
    is_regrouped: bool


def read_last_clustering(session: Session, workspace_id: UUID) -> LastClustering | None:
    """The last clustering; None in a workspace that was never grouped."""
    row = session.row(SELECT_LAST_CLUSTERING, {"workspace_id": workspace_id})
    return LastClustering(**row) if row else None


def note_clustering(session: Session, workspace_id: UUID, as_of: datetime) -> None:
    """Record that the patterns were clustered."""
    session.execute(UPDATE_CLUSTERED_AT, {"workspace_id": workspace_id, "as_of": as_of})


def read_cluster_members(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str] | None = None
) -> pl.DataFrame:
    """Which pattern belongs to which cluster, for all patterns or some."""
    if pattern_ids is None:
        return session.read(SELECT_CLUSTER_MEMBERS, (workspace_id,), schema=CLUSTER_MEMBER_SCHEMA)
    parameters = (workspace_id, list(pattern_ids))
    return session.read(SELECT_MEMBERS_AMONG_PATTERNS, parameters, schema=CLUSTER_MEMBER_SCHEMA)


def replace_clusters(
    session: Session, workspace_id: UUID, clusters: pl.DataFrame, members: pl.DataFrame, edges: pl.DataFrame
) -> None:
    """Replace the workspace's clusters and edges by these."""
    workspace = pl.lit(str(workspace_id))
    session.execute("delete from detect.cluster_member where workspace_id = %s", (workspace_id,))
    session.replace("detect.cluster", clusters.with_columns(workspace_id=workspace), workspace_id)
    session.insert("detect.cluster_member", members.with_columns(workspace_id=workspace))
    _replace_edges(session, workspace_id, edges)


def _replace_edges(session: Session, workspace_id: UUID, edges: pl.DataFrame) -> None:
    """Update the stored edges to these; most stay the same from one run to the next."""
    session.execute("drop table if exists pg_temp.new_edge")
    session.stage("new_edge", edges, like="detect.pattern_edge")
    for statement in (DELETE_OTHER_EDGES, UPSERT_EDGES):
        session.execute(statement, (workspace_id,))
