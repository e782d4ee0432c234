"""Patterns are replaced as a whole or extended by new issues; what users did to them stays."""

from datetime import timedelta
from uuid import UUID

import numpy as np
import polars as pl

from causeloop_pipeline.model.frames import INSTANT, PREVIOUS_MEMBER_SCHEMA
from causeloop_pipeline.storage.act.proofs import set_lifecycle
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect.in_loop import read_recurred_patterns, reopen_patterns, update_in_loop
from causeloop_pipeline.storage.detect.patterns import add_members, read_members, replace_patterns
from causeloop_pipeline.storage.predict.forecasts import replace_forecasts
from tests.storage.stored import SEEN, members, new_id, pattern, store_issue


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


def test_an_issue_leaves_the_loop_with_its_pattern_and_comes_back_when_that_occurs_again(
    database: Database, workspace_id: UUID
) -> None:
    name = new_id()
    lifecycle = pl.DataFrame(
        {"pattern_id": [name], "status": ["resolved"], "resolved_at": [SEEN], "reopened_at": [None]},
        schema_overrides={"reopened_at": INSTANT},
    )
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b")]
        replace_patterns(session, workspace_id, pattern(name), members(name, issues))
        session.execute("update core.issue set status = 'resolved' where external_id = 'b'")
        set_lifecycle(session, workspace_id, lifecycle)
        assert statuses(session) == [("open", name), ("resolved", name)]
        assert read_recurred_patterns(session, workspace_id).is_empty()
        session.execute("update detect.pattern set last_seen_at = %s", (SEEN + timedelta(days=1),))
        assert read_recurred_patterns(session, workspace_id)["pattern_id"].to_list() == [name]
        assert reopen_patterns(session, workspace_id, [name]) == 1
        assert statuses(session) == [("in_loop", name), ("resolved", name)]
        assert session.row("select status, reopened_at from detect.pattern") == {
            "status": "active",
            "reopened_at": SEEN + timedelta(days=1),
        }
        session.execute("update core.issue set status = 'open'")
        assert update_in_loop(session, workspace_id) == 2


def test_a_resolved_pattern_stays_resolved_when_issues_are_grouped_again(
    database: Database, workspace_id: UUID
) -> None:
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


def test_new_issues_leave_an_active_pattern_active(database: Database, workspace_id: UUID) -> None:
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


def test_a_pattern_that_is_gone_takes_its_forecast_with_it(database: Database, workspace_id: UUID) -> None:
    gone, stays = sorted(new_id() for _ in range(2))
    with database.workspace(workspace_id) as session:
        issues = [store_issue(session, workspace_id, external_id) for external_id in "abcd"]
        grouped = [members(gone, issues[:2]), members(stays, issues[2:])]
        replace_patterns(
            session, workspace_id, pl.concat([pattern(gone), pattern(stays)]), pl.concat(grouped)
        )
        numbers = np.ones((3, 1))
        curves = pl.DataFrame(
            {
                "pattern_id": pl.Series([gone, stays, None], dtype=pl.String),
                **dict.fromkeys(("yhat", "yhat_lower", "yhat_upper"), numbers),
            }
        )
        replace_forecasts(session, workspace_id, [SEEN.date()], curves, SEEN)
        replace_patterns(session, workspace_id, pattern(stays), grouped[1])
        rows = session.rows("select pattern_id::text from predict.forecast order by pattern_id")
        left = session.rows("select issue_id::text from detect.pattern_member order by issue_id")
    assert [row["pattern_id"] for row in rows] == [stays, None]
    assert [row["issue_id"] for row in left] == sorted(issues[2:])
