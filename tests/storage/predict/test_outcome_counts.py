"""Outcomes are counted by day as they are recorded; a count of all outcomes always says the same."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.storage.app.retention import delete_expired
from causeloop_pipeline.storage.database.session import Database, Session
from tests.conftest import Installation

COUNTED = """
select window_days, closed_on, hits, misses, prevented from predict.outcome_count
where hits + misses + prevented > 0
order by window_days, closed_on
"""
COUNTED_AGAIN = """
select
    window_days, (closes_at at time zone 'UTC')::date as closed_on,
    count(*) filter (where outcome = 'hit') as hits,
    count(*) filter (where outcome = 'miss') as misses,
    count(*) filter (where outcome = 'prevented') as prevented
from (
    select distinct on (o.prediction_id) o.outcome, p.window_days, p.closes_at
    from predict.outcome as o join predict.prediction as p using (workspace_id, prediction_id)
    order by o.prediction_id, o.decided_by = 'system', o.decided_at desc
) as counting
group by window_days, closed_on
order by window_days, closed_on
"""
RECORD = """
insert into predict.outcome (workspace_id, prediction_id, decided_by, outcome, reason, decided_at)
select %(workspace)s, prediction_id, decided_by, outcome, 'looked at', clock_timestamp()
from unnest(%(predictions)s::uuid[], %(people)s::text[], %(outcomes)s::text[])
    as recorded (prediction_id, decided_by, outcome)
"""
RECORD_NEW = RECORD + "on conflict do nothing"
RECORD_OR_CHANGE = (
    RECORD
    + """
on conflict (workspace_id, prediction_id, decided_by) do update
    set outcome = excluded.outcome, decided_at = excluded.decided_at
"""
)
FIRST = datetime(2026, 9, 1, 22, tzinfo=UTC)


def issue_predictions(session: Session, workspace_id: UUID, generator: random.Random) -> list[UUID]:
    predictions = [uuid4() for _ in range(12)]
    for prediction_id in predictions:
        days = generator.choice([7, 14])
        issued = FIRST + timedelta(hours=generator.randint(0, 60), seconds=generator.randint(0, 3_000))
        session.execute(
            "insert into predict.prediction (workspace_id, prediction_id, pattern_id, window_days, "
            "issued_at, closes_at, probability, impact, evidence, event_count, model_version) "
            "values (%s, %s, %s, %s, %s, %s, .5, 'low', '[]', 3, 'test')",
            (workspace_id, prediction_id, uuid4(), days, issued, issued + timedelta(days=days)),
        )
    return predictions


@pytest.mark.parametrize("seed", range(6))
def test_the_counts_are_those_of_all_outcomes_whoever_records_or_changes_them(
    seed: int, database: Database, workspace_id: UUID
) -> None:
    generator = random.Random(seed)
    with database.workspace(workspace_id) as session:
        predictions = issue_predictions(session, workspace_id, generator)
    for _ in range(20):
        statement, most = generator.choice([(RECORD_NEW, 8), (RECORD_OR_CHANGE, 1)])
        people = [generator.choice(["system", "ada", "bob"]) for _ in range(generator.randint(1, most))]
        record = {
            "workspace": workspace_id,
            "predictions": generator.choices(predictions, k=len(people)),
            "people": people,
            "outcomes": generator.choices(["hit", "miss", "prevented"], k=len(people)),
        }
        with database.workspace(workspace_id) as session:
            session.execute(statement, record)
            assert session.rows(COUNTED) == session.rows(COUNTED_AGAIN)


def test_days_that_the_overview_no_longer_shows_are_deleted(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        for days in (0, 90, 91, 400):
            session.execute(
                "insert into predict.outcome_count values "
                "(%s, 7, (now() at time zone 'UTC')::date - %s::integer, 1, 0, 0)",
                (workspace_id, days),
            )
        assert delete_expired(session, workspace_id, "outcome counts") == 2
        assert len(session.rows(COUNTED)) == 2


def test_a_workspace_is_deleted_with_its_counts(
    installation: Installation, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        predictions = issue_predictions(session, workspace_id, random.Random(1))
        record = {"workspace": workspace_id, "predictions": predictions}
        session.execute(RECORD, {**record, "people": ["system"] * 12, "outcomes": ["hit"] * 12})
        assert sum(row["hits"] for row in session.rows(COUNTED)) == 12
    with psycopg.connect(installation.server.url("causeloop")) as superuser:
        superuser.execute("delete from app.workspace where workspace_id = %s", (workspace_id,))
        left = superuser.execute(
            "select from predict.outcome_count where workspace_id = %s", (workspace_id,)
        ).fetchall()

    assert left == []
