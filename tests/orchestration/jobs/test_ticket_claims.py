"""A ticket's end claims the fix that it stands for, and opening it again withdraws the claim."""

from typing import Any
from uuid import UUID

import pytest

from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.stages.jobs.tickets import open_and_refresh
from causeloop_pipeline.storage.database.session import Database
from tests.orchestration.jobs.conftest import GitHub
from tests.outbound.fake_trackers import REPOSITORY
from tests.support.pushing import connect, let_time_pass, push, recommend

SELECT_CLAIMS = """
select r.status, f.claimed_by, f.withdrawn_at is not null as is_withdrawn
from act.recommendation as r
left join act.fix as f using (workspace_id, recommendation_id)
where r.recommendation_id = %s
order by f.fixed_at
"""


@pytest.fixture
def pushed(github: GitHub, resources: Resources, database: Database, workspace_id: UUID) -> tuple[UUID, UUID]:
    """A recommendation with an open ticket, and the connector that it was opened by."""
    with database.every_workspace() as session:
        session.execute("delete from act.ticket")
    recommendation_id = recommend(database, workspace_id)
    connector_id = connect(resources, workspace_id, github[1].url)
    push(database, workspace_id, recommendation_id, connector_id)
    open_and_refresh(resources)
    return recommendation_id, connector_id


def close(
    github: GitHub, resources: Resources, database: Database, workspace_id: UUID, **changed: str
) -> None:
    github[0].issues[0].update(state="closed", **changed)
    let_time_pass(database, workspace_id)
    open_and_refresh(resources)


def read_claims(database: Database, workspace_id: UUID, recommendation_id: UUID) -> list[tuple[Any, ...]]:
    with database.workspace(workspace_id) as session:
        return [tuple(row.values()) for row in session.rows(SELECT_CLAIMS, (recommendation_id,))]


def read_notes(database: Database, workspace_id: UUID, recommendation_id: UUID) -> list[str]:
    with database.workspace(workspace_id) as session:
        rows = session.rows(
            "select note from act.recommendation_progress where recommendation_id = %s order by progress_id",
            (recommendation_id,),
        )
    return [row["note"] for row in rows]


def test_closing_the_ticket_claims_the_fix_once_in_the_name_of_the_connector(
    github: GitHub, pushed: tuple[UUID, UUID], resources: Resources, database: Database, workspace_id: UUID
) -> None:
    close(github, resources, database, workspace_id)
    let_time_pass(database, workspace_id, "7 hours")
    open_and_refresh(resources)

    claims = read_claims(database, workspace_id, pushed[0])
    assert claims == [("implemented", f"connector:{pushed[1]}", False)]
    assert read_notes(database, workspace_id, pushed[0]) == [f"Ticket {REPOSITORY}#1 was closed."]


def test_opening_the_ticket_again_withdraws_the_claim(
    github: GitHub, pushed: tuple[UUID, UUID], resources: Resources, database: Database, workspace_id: UUID
) -> None:
    close(github, resources, database, workspace_id)
    github[0].issues[0]["state"] = "open"
    let_time_pass(database, workspace_id, "7 hours")
    open_and_refresh(resources)

    claims = read_claims(database, workspace_id, pushed[0])
    assert claims == [("in_progress", f"connector:{pushed[1]}", True)]


def test_a_ticket_that_is_closed_as_not_planned_claims_nothing_and_leaves_a_note(
    github: GitHub, pushed: tuple[UUID, UUID], resources: Resources, database: Database, workspace_id: UUID
) -> None:
    close(github, resources, database, workspace_id, state_reason="not_planned")

    assert read_claims(database, workspace_id, pushed[0]) == [("pending", None, False)]
    (note,) = read_notes(database, workspace_id, pushed[0])
    assert note.endswith("without being done.")


def test_what_a_person_has_claimed_or_dismissed_is_left_alone(
    github: GitHub, pushed: tuple[UUID, UUID], resources: Resources, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        session.execute("update act.recommendation set status = 'dismissed'")

    close(github, resources, database, workspace_id)

    assert read_claims(database, workspace_id, pushed[0]) == [("dismissed", None, False)]
    assert read_notes(database, workspace_id, pushed[0]) == []


def test_a_ticket_that_was_just_pushed_is_looked_at_after_a_minute(
    github: GitHub, pushed: tuple[UUID, UUID], resources: Resources, database: Database, workspace_id: UUID
) -> None:
    github[0].issues[0]["state"] = "closed"
    soon = open_and_refresh(resources)
    with database.workspace(workspace_id) as session:
        session.execute("update act.ticket set updated_at = updated_at - interval '61 seconds'")
    later = open_and_refresh(resources)

    assert (soon["done"], later["done"]) == (0, 1)
