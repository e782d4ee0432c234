"""The latest predictions that lists read are those of the history, whatever happens in whatever order."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.storage.database.session import Database, Session
from tests.conftest import Installation
from tests.storage.stored import SEEN

NOW = datetime.now(UTC)
STORED = """
select pattern_id, window_days, prediction_id, issued_at, probability, impact
from predict.current_prediction order by pattern_id, window_days
"""
LATEST = """
select latest.pattern_id, latest.window_days, latest.prediction_id, latest.issued_at, latest.probability,
       latest.impact
from detect.pattern as p
cross join unnest(array[7, 14, 30]) as w (days)
cross join lateral predict.latest_prediction(p.workspace_id, p.pattern_id, w.days) as latest
order by 1, 2
"""


def insert_pattern(session: Session, workspace_id: UUID, pattern_id: UUID) -> None:
    session.execute(
        "insert into detect.pattern (workspace_id, pattern_id, name, kind, status, confidence, issue_count, "
        "first_seen_at, last_seen_at) values (%s, %s, 'a', 'machine', 'active', 1, 2, %s, %s) "
        "on conflict (workspace_id, pattern_id) do update set issue_count = excluded.issue_count + 1",
        (workspace_id, pattern_id, SEEN, SEEN),
    )


def insert_predictions(
    session: Session, workspace_id: UUID, rows: list[tuple[UUID, int, int]], generator: random.Random
) -> None:
    """Predictions of (pattern, window, days ago), of windows that closed long ago, in one statement."""
    values = [
        (uuid4(), pattern_id, window, NOW - timedelta(days=2_000 + age, seconds=window), generator.random())
        for pattern_id, window, age in rows
    ]
    ids, patterns, windows, moments, chances = (list(column) for column in zip(*values, strict=True))
    session.execute(
        "insert into predict.prediction (workspace_id, prediction_id, pattern_id, window_days, issued_at, "
        "closes_at, probability, impact, event_count, model_version) "
        "select %s, id, pattern_id, days, at, at + make_interval(days => days), chance, 'high', 1, 'test' "
        "from unnest(%s::uuid[], %s::uuid[], %s::int[], %s::timestamptz[], %s::float8[]) "
        "as new (id, pattern_id, days, at, chance) on conflict do nothing",
        (workspace_id, ids, patterns, windows, moments, chances),
    )


@pytest.mark.parametrize("seed", range(6))
def test_the_current_predictions_are_the_latest_of_the_present_patterns(
    seed: int, database: Database, workspace_id: UUID
) -> None:
    generator = random.Random(seed)
    patterns = [uuid4() for _ in range(4)]
    for _ in range(25):
        with database.workspace(workspace_id) as session:
            match generator.choice(["predict", "predict", "group", "ungroup", "expire"]):
                case "predict":
                    count = generator.randint(1, 8)
                    rows = [
                        (generator.choice(patterns), generator.choice([7, 14, 30]), generator.randint(0, 30))
                        for _ in range(count)
                    ]
                    insert_predictions(session, workspace_id, rows, generator)
                case "group":
                    insert_pattern(session, workspace_id, generator.choice(patterns))
                case "ungroup":
                    session.execute(
                        "delete from detect.pattern where pattern_id = %s", (generator.choice(patterns),)
                    )
                case "expire":
                    session.execute(
                        "delete from predict.prediction where prediction_id in "
                        "(select prediction_id from predict.prediction order by random() limit 3)"
                    )
            assert session.rows(STORED) == session.rows(LATEST)


def test_a_workspace_is_deleted_with_its_current_predictions(
    installation: Installation, database: Database, workspace_id: UUID
) -> None:
    pattern_id = uuid4()
    with database.workspace(workspace_id) as session:
        insert_pattern(session, workspace_id, pattern_id)
        insert_predictions(session, workspace_id, [(pattern_id, 7, 1)], random.Random(1))
        assert len(session.rows(STORED)) == 1
    with psycopg.connect(installation.server.url("causeloop")) as superuser:
        superuser.execute("delete from app.workspace where workspace_id = %s", (workspace_id,))
        left = superuser.execute(
            "select from predict.current_prediction where workspace_id = %s", (workspace_id,)
        ).fetchall()

    assert left == []
