"""Patterns as stored: replaced whole or grown by newcomers, and what people did to them is kept."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import (
    CLUSTER_MEMBER_SCHEMA,
    CLUSTER_SCHEMA,
    EDGE_SCHEMA,
    INSTANT,
    ISSUE_SCHEMA,
    PREVIOUS_MEMBER_SCHEMA,
)
from causeloop_pipeline.storage.act.proofs import set_lifecycle
from causeloop_pipeline.storage.core.issues import (
    read_issues,
    read_issues_without_fingerprint,
    read_ungrouped_issues,
)
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect.clusters import read_cluster_members, replace_clusters
from causeloop_pipeline.storage.detect.fingerprints import read_fingerprints, write_fingerprints
from causeloop_pipeline.storage.detect.patterns import (
    add_members,
    broken_constraints,
    mark_grouped,
    people_digest,
    read_members,
    replace_patterns,
)
from tests.storage.stored import SEEN, fingerprints, members, new_id, pattern, store_issue

CHANGING = pl.Schema({**ISSUE_SCHEMA, "changed_at": INSTANT})


def statuses(session: Session) -> list[tuple[str, str | None]]:
    rows = session.rows("select status, pattern_id::text from core.issue order by external_id")
    return [(row["status"], row["pattern_id"]) for row in rows]


def test_an_open_issue_is_in_the_loop_while_it_has_a_pattern(database: Database, workspace_id: UUID) -> None:
    name = new_id()
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b", "c")]
        replace_patterns(session, workspace_id, pattern(name), members(name, issues[:2]))
        assert statuses(session) == [("in_loop", name), ("in_loop", name), ("open", None)]
        replace_patterns(session, workspace_id, pattern(name), members(name, issues[1:]))
        assert statuses(session) == [("open", None), ("in_loop", name), ("in_loop", name)]


def test_a_resolved_pattern_stays_so_through_regroupings(database: Database, workspace_id: UUID) -> None:
    name = new_id()
    lifecycle = pl.DataFrame(
        {"pattern_id": [name], "status": ["resolved"], "resolved_at": [SEEN], "reopened_at": [None]},
        schema_overrides={"reopened_at": INSTANT},
    )
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b")]
        replace_patterns(session, workspace_id, pattern(name), members(name, issues))
        assert set_lifecycle(session, workspace_id, lifecycle) == 1
        assert set_lifecycle(session, workspace_id, lifecycle) == 0
        replace_patterns(session, workspace_id, pattern(name), members(name, issues))
        assert session.row("select status, resolved_at from detect.pattern") == {
            "status": "resolved",
            "resolved_at": SEEN,
        }


def test_newcomers_do_not_make_a_trusted_pattern_doubtful(database: Database, workspace_id: UUID) -> None:
    name = new_id()
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b", "c")]
        replace_patterns(session, workspace_id, pattern(name), members(name, issues[:2]))
        add_members(session, workspace_id, pattern(name, 3, "emerging"), members(name, issues[2:]))
        assert session.row("select status, issue_count from detect.pattern") == {
            "status": "active",
            "issue_count": 3,
        }
        assert read_members(session, workspace_id, PREVIOUS_MEMBER_SCHEMA).height == 3


def test_broken_links_are_counted_and_new_ones_change_the_digest(
    database: Database, workspace_id: UUID
) -> None:
    name = new_id()
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b")]
        replace_patterns(session, workspace_id, pattern(name), members(name, issues))
        before = people_digest(session, workspace_id)
        session.execute(
            "insert into detect.pattern_constraint "
            "(workspace_id, kind, left_issue_id, right_issue_id, made_by) "
            "values (%s, 'cannot', %s, %s, 'me')",
            (workspace_id, *issues),
        )
        assert broken_constraints(session, workspace_id) == 1
        assert people_digest(session, workspace_id) != before


def test_only_what_changed_is_fingerprinted_and_grouped_again(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b")]
        found = read_issues_without_fingerprint(session, workspace_id, CHANGING)
        assert found["component"].to_list() == ["cart", "cart"]
        write_fingerprints(
            session, workspace_id, fingerprints(issues), found.select("issue_id", "changed_at")
        )
        assert read_issues_without_fingerprint(session, workspace_id, CHANGING).is_empty()
        assert read_ungrouped_issues(session, workspace_id, ISSUE_SCHEMA).height == 2
        assert mark_grouped(session, workspace_id) == 2
        session.execute("update core.issue set risk_score = 50")
        assert read_issues_without_fingerprint(session, workspace_id, CHANGING).is_empty()
        session.execute("update core.issue set title = 'another' where external_id = 'a'")
        changed = read_issues_without_fingerprint(session, workspace_id, CHANGING)
        assert changed["external_id"].to_list() == ["a"]
        some = read_fingerprints(
            session, workspace_id, pl.Schema({"issue_id": pl.String()}), changed["issue_id"]
        )
        assert some.height == 1
        assert read_issues(session, workspace_id, ISSUE_SCHEMA).height == 2


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
                "reasons": "[]",
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
        kept = read_cluster_members(session, workspace_id, CLUSTER_MEMBER_SCHEMA)
        assert kept["cluster_id"].to_list() == [cluster, cluster]
        assert session.row("select count(*) as n from detect.pattern_edge") == {"n": 1}
