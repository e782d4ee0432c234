"""A pushed recommendation has one ticket in its tracker, whatever crashes, and its state comes back."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import dagster as dg
import pytest
from dagster import DagsterInstance

from causeloop_pipeline.orchestration.jobs.tickets import tickets
from causeloop_pipeline.orchestration.run_scope import TRIGGER
from causeloop_pipeline.orchestration.sensors.pushed_tickets import watch_pushed_tickets
from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.tickets import open_and_refresh
from causeloop_pipeline.storage.act.tickets import MAX_ATTEMPTS
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.orchestration.jobs.conftest import GitHub
from tests.orchestration.jobs.killed_program import kill_after_post
from tests.outbound.fake_trackers import REPOSITORY
from tests.storage.stored import SEEN, store_issue, store_pattern
from tests.support.fake_tool import Reply
from tests.support.pushing import connect, let_time_pass, push, recommend, ticket


@pytest.fixture(autouse=True)
def quiet(database: Database) -> None:
    """No ticket of earlier tests waits."""
    with database.every_workspace() as session:
        session.execute("delete from act.ticket")


@pytest.fixture
def pushed(github: GitHub, resources: Resources, database: Database, workspace_id: UUID) -> UUID:
    """A recommendation that has been pushed once."""
    recommendation_id = recommend(database, workspace_id)
    push(database, workspace_id, recommendation_id, connect(resources, workspace_id, github[1].url))
    return recommendation_id


def test_a_pushed_recommendation_is_opened_by_the_job(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    result = tickets.execute_in_process(resources={"installation": resources})

    assert result.success
    (issue,) = github[0].issues
    assert "Twelve times a month." in issue["body"]
    assert f"/#/recommendations/{pushed}" in issue["body"]
    assert ticket(database, workspace_id) == {
        "status": "open",
        "external_id": f"{REPOSITORY}#1",
        "external_url": issue["html_url"],
        "attempts": 1,
        "error": None,
    }


def test_ten_pushes_and_ten_openers_at_once_make_one_ticket(
    github: GitHub, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    recommendation_id = recommend(database, workspace_id)
    connector_id = connect(resources, workspace_id, github[1].url)

    def push_and_open(_: int) -> int:
        push(database, workspace_id, recommendation_id, connector_id)
        return open_and_refresh(resources)["opened"]

    with ThreadPoolExecutor(10) as threads:
        opened = list(threads.map(push_and_open, range(10)))

    assert sum(opened) == 1
    assert len(github[0].issues) == 1
    assert ticket(database, workspace_id)["status"] == "open"


def test_an_opener_killed_between_creating_and_committing_leaves_one_ticket(
    github: GitHub,
    pushed: UUID,
    installation: Installation,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
) -> None:
    fake, tool = github

    kill_after_post(open_and_refresh, installation, tool, fake)

    assert ticket(database, workspace_id)["status"] == "queued"
    tool.script[0] = fake
    too_early = open_and_refresh(resources)
    let_time_pass(database, workspace_id)
    later = open_and_refresh(resources)

    assert (too_early["opened"], later["opened"]) == (0, 1)
    assert len(fake.issues) == 1
    assert ticket(database, workspace_id)["external_id"] == f"{REPOSITORY}#1"


def test_a_closed_issue_is_a_done_ticket(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    open_and_refresh(resources)
    github[0].issues[0]["state"] = "closed"
    soon = open_and_refresh(resources)
    let_time_pass(database, workspace_id)
    later = open_and_refresh(resources)

    assert (soon["done"], later["done"]) == (0, 1)
    assert ticket(database, workspace_id)["status"] == "done"


def test_a_done_ticket_that_is_opened_again_is_open_here_too(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    open_and_refresh(resources)
    github[0].issues[0]["state"] = "closed"
    let_time_pass(database, workspace_id)
    open_and_refresh(resources)
    github[0].issues[0]["state"] = "open"
    let_time_pass(database, workspace_id)
    soon = open_and_refresh(resources)
    let_time_pass(database, workspace_id, "5 hours")
    later = open_and_refresh(resources)

    assert (soon["reopened"], later["reopened"]) == (0, 1), "a done ticket is looked at every six hours"
    assert ticket(database, workspace_id)["status"] == "open"


def test_a_done_ticket_is_looked_at_through_the_proof_window_and_no_longer(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    open_and_refresh(resources)
    github[0].issues[0]["state"] = "closed"
    let_time_pass(database, workspace_id)
    open_and_refresh(resources)
    looks = []
    for days in (10, 29, 31):
        with database.workspace(workspace_id) as session:
            session.execute(
                "update act.ticket set updated_at = now() - interval '7 hours', "
                "done_at = now() - make_interval(days => %s)",
                (days,),
            )
        looks.append(open_and_refresh(resources)["unchanged"])

    assert looks == [1, 1, 0], "the proof window of a new workspace is 30 days"


def test_a_ticket_done_before_that_was_noted_is_looked_at_too(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    open_and_refresh(resources)
    with database.workspace(workspace_id) as session:
        session.execute("update act.ticket set status = 'done', updated_at = now() - interval '29 days'")
    looks = [open_and_refresh(resources)["reopened"]]
    with database.workspace(workspace_id) as session:
        session.execute("update act.ticket set status = 'done', updated_at = now() - interval '31 days'")
    looks.append(open_and_refresh(resources)["reopened"])

    assert looks == [1, 0]


def test_a_done_ticket_that_is_deleted_in_the_tracker_stays_done(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    open_and_refresh(resources)
    github[0].issues[0]["state"] = "closed"
    let_time_pass(database, workspace_id)
    open_and_refresh(resources)
    github[0].issues.clear()
    let_time_pass(database, workspace_id, "7 hours")
    open_and_refresh(resources)

    assert ticket(database, workspace_id)["status"] == "done"


def test_a_tracker_that_is_down_is_tried_later_and_finally_given_up(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    github[1].script[0] = lambda _: Reply({}, 502)
    states = []
    for _ in range(MAX_ATTEMPTS):
        open_and_refresh(resources)
        states.append(ticket(database, workspace_id)["status"])
        let_time_pass(database, workspace_id)

    assert states == ["queued"] * (MAX_ATTEMPTS - 1) + ["failed"]
    assert ticket(database, workspace_id)["error"] == "GitHub answered 502"


def test_a_ticket_deleted_in_the_tracker_has_failed_and_is_opened_again_when_pushed_again(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    open_and_refresh(resources)
    github[0].issues.clear()
    let_time_pass(database, workspace_id)
    open_and_refresh(resources)
    lost = ticket(database, workspace_id)
    with database.workspace(workspace_id) as session:
        row = session.row("select connector_id from act.ticket") or {}
    push(database, workspace_id, pushed, row["connector_id"])
    open_and_refresh(resources)

    assert lost["status"] == "failed"
    assert lost["error"] == "GitHub: 410, it has been deleted"
    assert ticket(database, workspace_id)["status"] == "open"
    assert ticket(database, workspace_id)["external_id"] == f"{REPOSITORY}#2"


def test_an_open_ticket_stays_open_while_its_tracker_cannot_be_reached(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    open_and_refresh(resources)
    with database.workspace(workspace_id) as session:
        session.execute("update app.connector set status = 'paused'")
    let_time_pass(database, workspace_id)
    open_and_refresh(resources)

    assert ticket(database, workspace_id)["status"] == "open"
    assert "paused" in ticket(database, workspace_id)["error"]


def test_one_tenants_ticket_does_not_go_to_another_tenants_tracker(
    github: GitHub, resources: Resources, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    foreign = connect(resources, other_workspace_id, github[1].url)
    push(database, workspace_id, recommend(database, workspace_id), foreign)

    open_and_refresh(resources)

    assert github[0].issues == []
    assert ticket(database, workspace_id)["status"] == "failed"


def test_a_run_starts_only_when_a_ticket_waits_and_none_is_under_way(
    github: GitHub, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    with DagsterInstance.ephemeral() as instance:

        def tick() -> dg.RunRequest | dg.SkipReason:
            context = dg.build_sensor_context(instance=instance, resources={"installation": resources})
            decided = watch_pushed_tickets(context)
            assert isinstance(decided, dg.RunRequest | dg.SkipReason)
            return decided

        assert isinstance(tick(), dg.SkipReason)
        recommendation_id = recommend(database, workspace_id)
        push(database, workspace_id, recommendation_id, connect(resources, workspace_id, github[1].url))
        decided = tick()
        assert isinstance(decided, dg.RunRequest)
        assert decided.tags == {TRIGGER: "pushed_tickets"}
        instance.create_run_for_job(tickets, tags=decided.tags)
        assert isinstance(tick(), dg.SkipReason)


def test_a_ticket_quotes_what_ended_the_failure_last_time(
    github: GitHub, pushed: UUID, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        pattern_id, issue_id = store_pattern(session, workspace_id), store_issue(session, workspace_id, "T-1")
        session.execute("update core.issue set pattern_id = %s where issue_id = %s", (pattern_id, issue_id))
        session.execute(
            "insert into act.ending (workspace_id, issue_id, ended_at, took_seconds, action, phrase, quote, "
            "made_by, read_until) values (%s, %s, %s, 60, 'restarted', 'restarted the pool', "
            "'Restarted the pool.', 'Kim', %s)",
            (workspace_id, issue_id, SEEN, SEEN),
        )
        session.execute(
            "update act.recommendation set pattern_ids = array[%s]::uuid[] where recommendation_id = %s",
            (pattern_id, pushed),
        )

    open_and_refresh(resources)

    (issue,) = github[0].issues
    assert "What ended it last time: restarted the pool, on 2026-06-01 by Kim" in issue["body"]
