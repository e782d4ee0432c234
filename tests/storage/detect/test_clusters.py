"""Clusters are replaced as a whole, and of their edges what has changed."""

from typing import Any
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import CLUSTER_MEMBER_SCHEMA, CLUSTER_SCHEMA, EDGE_SCHEMA
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect.clusters import read_cluster_members, replace_clusters
from causeloop_pipeline.storage.detect.patterns import replace_patterns
from tests.storage.stored import members, new_id, pattern, store_issue, store_pattern


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
        of_one = read_cluster_members(session, workspace_id, [names[1], new_id()])
        assert stored["cluster_id"].to_list() == [cluster, cluster]
        assert of_one.rows() == [(cluster, names[1])]
        assert session.row("select count(*) as n from detect.pattern_edge") == {"n": 1}


def write_edges(session: Session, workspace_id: UUID, *edges: tuple[str, str, float]) -> None:
    rows = [
        {
            "left_pattern_id": left,
            "right_pattern_id": right,
            "strength": strength,
            "reasons": [{"kind": "service", "text": "both have service db", "strength": strength}],
        }
        for left, right, strength in edges
    ]
    none = pl.DataFrame(schema=CLUSTER_SCHEMA), pl.DataFrame(schema=CLUSTER_MEMBER_SCHEMA)
    replace_clusters(session, workspace_id, *none, pl.DataFrame(rows, schema=EDGE_SCHEMA))


def read_edges(session: Session) -> dict[tuple[str, str], dict[str, Any]]:
    query = """
    select left_pattern_id::text as a, right_pattern_id::text as b, strength,
           reasons -> 0 ->> 'strength' as why, ctid::text as place
    from detect.pattern_edge
    """
    return {(row.pop("a"), row.pop("b")): row for row in session.rows(query)}


def test_an_edge_that_stays_is_not_written_again_and_the_others_are_brought_up_to_date(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        a, b, c, d = sorted(store_pattern(session, workspace_id) for _ in range(4))
        write_edges(session, workspace_id, (a, b, 0.5), (a, c, 0.5), (b, c, 0.5))
        before = read_edges(session)
        write_edges(session, workspace_id, (a, b, 0.5), (a, c, 0.6), (c, d, 0.7))
        after = read_edges(session)

    assert after.keys() == {(a, b), (a, c), (c, d)}
    assert after[a, b] == before[a, b]
    assert (after[a, c]["strength"], after[a, c]["why"]) == (0.6, "0.6")
    assert after[c, d]["strength"] == 0.7


def test_no_edge_is_left_when_there_are_none(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        a, b = sorted(store_pattern(session, workspace_id) for _ in range(2))
        write_edges(session, workspace_id, (a, b, 0.5))
        write_edges(session, workspace_id)
        assert read_edges(session) == {}
