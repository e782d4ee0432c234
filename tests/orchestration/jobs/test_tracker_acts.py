"""Recurrences are commented on in their tracker: by default not, in shadow listed, live once and in place."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.tracker_acts import send_due_acts
from causeloop_pipeline.stages.tracker_acts import decide_acts
from causeloop_pipeline.storage.act.tracker_acts import read_workspaces_with_acts
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.orchestration.jobs.conftest import serve_reachable
from tests.orchestration.jobs.killed_program import kill_after_post
from tests.outbound.fake_commented import CommentedGitHub
from tests.support.fake_tool import FakeTool
from tests.support.pushing import connect

NOW = datetime.now(UTC).replace(microsecond=0)
FIXED = NOW - timedelta(days=20)
GitHub = tuple[CommentedGitHub, FakeTool]


def is_any_act_due(database: Database) -> bool:
    with database.every_workspace() as session:
        return bool(read_workspaces_with_acts(session))


@pytest.fixture
def github(installation: Installation) -> Iterator[GitHub]:
    """A repository of GitHub."""
    fake = CommentedGitHub()
    with serve_reachable(fake) as running:
        yield fake, running


@pytest.fixture
def pattern_id(github: GitHub, resources: Resources, database: Database, workspace_id: UUID) -> UUID:
    """A pattern of a repository: three issues that are over, a fix, and a new one that is open."""
    pattern_id, connector_id = uuid4(), connect(resources, workspace_id, github[1].url)
    with database.every_workspace() as session:
        session.execute("delete from act.tracker_act")
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, "
            "issue_count, occurrence_count, first_seen_at, last_seen_at) "
            "values (%s, %s, 'Payment timeout', 'machine', 'active', 0.9, 4, 4, now(), now())",
            (workspace_id, pattern_id),
        )
        for number, days in enumerate((90, 60, 30, 1), 1):
            add_issue(session, workspace_id, pattern_id, connector_id, number, NOW - timedelta(days=days))
        session.execute(
            "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
            "expected_loops_prevented, claimed_by) values (%s, %s, %s, %s, 3, 'user:1')",
            (workspace_id, uuid4(), pattern_id, FIXED),
        )
    return pattern_id


def add_issue(
    session: Any, workspace_id: UUID, pattern_id: UUID, connector_id: UUID, number: int, began: datetime
) -> None:
    is_open = number == 4
    issue_id = uuid4()
    session.execute(
        "insert into core.issue (workspace_id, issue_id, source, external_id, connector_id, title, severity, "
        "status, external_url, source_created_at, source_updated_at, resolved_at, ingested_at, pattern_id) "
        "values (%s, %s, 'github', %s, %s, 'Payment timeout @everyone', 'p2', %s, %s, %s, %s, %s, now(), %s)",
        (
            workspace_id,
            issue_id,
            str(number),
            connector_id,
            "open" if is_open else "closed",
            f"https://github.com/acme/shop/issues/{number}",
            began,
            began,
            None if is_open else began + timedelta(hours=2),
            pattern_id,
        ),
    )
    session.execute(
        "insert into core.occurrence (workspace_id, issue_id, started_at) values (%s, %s, %s) "
        "on conflict do nothing",
        (workspace_id, issue_id, began),
    )


def decide(database: Database, workspace_id: UUID) -> dict[str, float]:
    with database.workspace(workspace_id) as session:
        return decide_acts(session, ScopedWorkspace(workspace_id, "UTC"), NOW)


def set_modes(database: Database, workspace_id: UUID, comment: str, close: str = "off") -> None:
    with database.workspace(workspace_id) as session:
        session.execute(
            "update app.workspace_settings set comment_mode = %s, close_mode = %s", (comment, close)
        )


def read_acts(database: Database, workspace_id: UUID) -> list[dict[str, Any]]:
    with database.workspace(workspace_id) as session:
        return session.rows(
            "select kind, status, place, body, external_id, external_url, is_right, judged_by, error "
            "from act.tracker_act order by kind, place"
        )


def let_time_pass(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        session.execute("update act.tracker_act set updated_at = updated_at - interval '2 hours'")


def test_nothing_is_decided_unless_somebody_switches_it_on(
    github: GitHub, pattern_id: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    assert decide(database, workspace_id)["acts decided"] == 0
    assert send_due_acts(resources)["acts sent"] == 0
    assert github[1].requests == []


def test_in_shadow_it_is_listed_and_nothing_is_sent(
    github: GitHub, pattern_id: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    set_modes(database, workspace_id, "shadow")
    decide(database, workspace_id)
    send_due_acts(resources)

    (act,) = read_acts(database, workspace_id)
    assert (act["status"], act["place"]) == ("shadow", "acme/shop#4")
    assert "for the 4th time" in act["body"]
    assert f"came back after the fix of {FIXED.day} {FIXED:%B %Y}" in act["body"]
    assert "everyone" not in act["body"]
    assert github[1].requests == []
    assert not is_any_act_due(database)


def test_live_it_is_written_once_and_edited_in_place(
    github: GitHub, pattern_id: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    set_modes(database, workspace_id, "live")
    decide(database, workspace_id)
    assert is_any_act_due(database)
    assert send_due_acts(resources)["acts sent"] == 1
    assert decide(database, workspace_id)["acts decided"] == 0
    with database.workspace(workspace_id) as session:
        session.execute(
            "insert into act.proof (workspace_id, recommendation_id, pattern_id, verdict, events_before, "
            "days_before, events_after, days_after, text, computed_at) "
            "select workspace_id, recommendation_id, pattern_id, 'failed', 3, 90, 1, 20, 'text', now() "
            "from act.fix"
        )
    assert decide(database, workspace_id)["acts decided"] == 1
    assert send_due_acts(resources)["acts sent"] == 1
    assert send_due_acts(resources)["acts sent"] == 0

    assert list(github[0].comments) == [4]
    (comment,) = github[0].comments[4]
    assert "did not hold" in comment["body"]
    (act,) = read_acts(database, workspace_id)
    assert (act["status"], act["external_id"], act["external_url"]) == ("sent", "1", comment["html_url"])


def test_a_sender_killed_between_writing_and_storing_leaves_one_comment(
    github: GitHub,
    pattern_id: UUID,
    installation: Installation,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
) -> None:
    fake, tool = github
    set_modes(database, workspace_id, "live")
    decide(database, workspace_id)

    kill_after_post(send_due_acts, installation, tool, fake)

    assert [act["status"] for act in read_acts(database, workspace_id)] == ["queued"]
    tool.script[0] = fake
    too_early = send_due_acts(resources)
    let_time_pass(database, workspace_id)
    later = send_due_acts(resources)

    assert (too_early["acts sent"], later["acts sent"]) == (0, 1)
    assert [len(comments) for comments in fake.comments.values()] == [1]


def test_what_is_switched_off_before_it_was_sent_is_not_sent(
    github: GitHub, pattern_id: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    set_modes(database, workspace_id, "live")
    decide(database, workspace_id)
    set_modes(database, workspace_id, "off")

    assert not is_any_act_due(database)
    assert send_due_acts(resources)["acts sent"] == 0
    assert github[1].requests == []


def test_an_issue_that_began_before_a_fix_that_held_is_closed(
    github: GitHub, pattern_id: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    set_modes(database, workspace_id, "off", "live")
    with database.workspace(workspace_id) as session:
        session.execute("update act.fix set fixed_at = now()")
        session.execute(
            "insert into act.proof (workspace_id, recommendation_id, pattern_id, verdict, events_before, "
            "days_before, events_after, days_after, text, computed_at) "
            "select workspace_id, recommendation_id, pattern_id, 'held', 3, 90, 0, 60, "
            "'The fix held: none of 2 expected came.', now() from act.fix"
        )
    decide(database, workspace_id)
    send_due_acts(resources)

    (act,) = read_acts(database, workspace_id)
    assert (act["kind"], act["status"], act["place"]) == ("close", "sent", "acme/shop#4")
    assert github[0].states == {4: "closed"}
    assert "none of 2 expected came" in github[0].comments[4][0]["body"]


def test_what_came_after_judges_whether_it_was_right(
    github: GitHub, pattern_id: UUID, database: Database, workspace_id: UUID
) -> None:
    set_modes(database, workspace_id, "shadow")
    decide(database, workspace_id)
    with database.workspace(workspace_id) as session:
        for days, external_id in ((40, uuid4()), (2, uuid4())):
            session.execute(
                "insert into act.tracker_act (workspace_id, kind, issue_id, pattern_id, connector_id, place, "
                "body, status, decided_at) values (%s, 'close', %s, %s, %s, 'acme/shop#9', 'text', 'shadow', "
                "now() - make_interval(days => %s))",
                (workspace_id, external_id, uuid4() if days == 40 else pattern_id, uuid4(), days),
            )
        session.execute("update core.issue set pattern_id = %s where external_id = '4'", (uuid4(),))
        session.execute(
            "update core.issue set source_created_at = now() - interval '1 day', pattern_id = %s "
            "where external_id = '3'",
            (pattern_id,),
        )
        session.execute(
            "insert into core.occurrence (workspace_id, issue_id, started_at) "
            "select workspace_id, issue_id, source_created_at from core.issue where external_id = '3' "
            "on conflict do nothing"
        )
    assert decide(database, workspace_id)["acts judged"] == 3

    judged = {(act["kind"], act["judged_by"], act["is_right"]) for act in read_acts(database, workspace_id)}
    assert judged == {
        ("comment", "the grouping", False),
        ("close", "what came after", True),
        ("close", "what came after", False),
    }
