"""Lists and reads clusters, and the pattern graph."""

from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.listing.queries import Listing, Sort
from api.patterns.queries import PATTERN_COLUMNS, PATTERN_SOURCE

CLUSTER_COLUMNS = "k.cluster_id as id, k.name, k.likely_cause, k.pattern_count, k.issue_count, k.computed_at"

CLUSTERS = Listing(
    name="clusters",
    columns=CLUSTER_COLUMNS,
    source="detect.cluster as k",
    key="k.cluster_id",
    key_output="id",
    sorts={
        "issue_count": Sort("k.issue_count", "issue_count", "bigint"),
        "pattern_count": Sort("k.pattern_count", "pattern_count", "bigint"),
    },
    default_sort="-issue_count",
    filters={},
)

EDGE_DOCUMENT = """json_build_object(
    'left_pattern_id', e.left_pattern_id, 'right_pattern_id', e.right_pattern_id,
    'strength', e.strength, 'reasons', e.reasons
)"""

SELECT_CLUSTER = f"""
select row_to_json(cluster)
from (
    select {CLUSTER_COLUMNS}, (
        select coalesce(json_agg(member order by member.risk_score desc nulls last, member.id), '[]')
        from (select {PATTERN_COLUMNS} from {PATTERN_SOURCE} where c.cluster_id = k.cluster_id) as member
    ) as patterns, (
        select coalesce(json_agg(
            {EDGE_DOCUMENT} order by e.strength desc, e.left_pattern_id, e.right_pattern_id
        ), '[]')
        from detect.pattern_edge as e
        join detect.cluster_member as l on l.pattern_id = e.left_pattern_id
        join detect.cluster_member as r on r.pattern_id = e.right_pattern_id
        where l.cluster_id = k.cluster_id and r.cluster_id = k.cluster_id
    ) as edges
    from detect.cluster as k
    where k.cluster_id = ($1 ->> 'id')::uuid
) as cluster
"""

SELECT_GRAPH = f"""
with e as materialized (
    select left_pattern_id, right_pattern_id, strength, reasons
    from detect.pattern_edge
    where strength >= ($1 ->> 'min_strength')::double precision
    order by strength desc, left_pattern_id, right_pattern_id
    limit ($1 ->> 'limit')::integer
)
select json_build_object(
    'nodes', (
        select coalesce(json_agg(json_build_object(
            'id', p.pattern_id, 'name', p.name, 'status', p.status, 'risk_score', p.risk_score,
            'issue_count', p.issue_count, 'cluster_id', c.cluster_id
        ) order by p.pattern_id), '[]')
        from {PATTERN_SOURCE}
        where p.pattern_id in (select left_pattern_id from e union select right_pattern_id from e)
    ),
    'edges', (select coalesce(json_agg({EDGE_DOCUMENT}), '[]') from e)
)
"""


async def read_cluster(db: WorkspaceDatabase, cluster_id: UUID) -> str | None:
    """One cluster with its patterns and edges, as JSON text."""
    return await db.read_text(SELECT_CLUSTER, id=str(cluster_id))


async def read_graph(db: WorkspaceDatabase, min_strength: float, limit: int) -> str | None:
    """The strongest edges and the patterns that they connect, as JSON text."""
    return await db.read_text(SELECT_GRAPH, min_strength=min_strength, limit=limit)
