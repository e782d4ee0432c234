"""Clusters and their edges are replaced as a whole."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import CLUSTER_MEMBER_SCHEMA, CLUSTER_SCHEMA, EDGE_SCHEMA
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.clusters import read_cluster_members, replace_clusters
from causeloop_pipeline.storage.detect.patterns import replace_patterns
from tests.storage.stored import members, new_id, pattern, store_issue


def test_clusters_are_replaced_whole(database: Database, workspace_id: UUID) -> None:
    names = sorted([new_id(), new_id()])
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b")]
        both = pl.concat([pattern(name) for name in names])
        joined = pl.concat([members(n, [i]) for n, i in zip(names, issues, strict=True)])
        replace_patterns(session, workspace_id, both, joined)
        for cluster in (new_id(), new_id()):
            row = {
                "cluster_id": cluster,
                "name": "c",
                "likely_cause": "a cause",
                "pattern_count": 2,
                "issue_count": 2,
            }
            edge = {
                "left_pattern_id": names[0],
                "right_pattern_id": names[1],
                "strength": 0.5,
                "reasons": [],
            }
            replace_clusters(
                session,
                workspace_id,
                pl.DataFrame([row], schema=CLUSTER_SCHEMA),
                pl.DataFrame(
                    [{"cluster_id": cluster, "pattern_id": n} for n in names], schema=CLUSTER_MEMBER_SCHEMA
                ),
                pl.DataFrame([edge], schema=EDGE_SCHEMA),
            )
        stored = read_cluster_members(session, workspace_id)
        assert stored["cluster_id"].to_list() == [cluster, cluster]
        assert session.row("select count(*) as n from detect.pattern_edge") == {"n": 1}
