"""How far the word “held” can be trusted in a workspace: which fixes came back after it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample

INSERT = (
    "insert into act.verdict (workspace_id, recommendation_id, pattern_id, fixed_at, verdict, decided_at, "
    "came_back_at) values (%s, %s, %s, %s, %s, %s, %s)"
)


def add_verdict(
    database: Database, sample: Sample, verdict: str, *, decided: float, back: float | None = None
) -> None:
    """A verdict on a fix of its own, so many days ago, and when what had held came back."""
    now = datetime.now(UTC)
    came_back_at = None if back is None else now - timedelta(days=back)
    row = (sample.workspace_id, uuid4(), uuid4(), now - timedelta(days=400), verdict)
    with database.workspace(sample.workspace_id) as session:
        session.execute(INSERT, (*row, now - timedelta(days=decided), came_back_at))


def test_the_share_that_came_back_counts_what_was_watched_for_ninety_days(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    viewer = client(fresh_sample.credentials["viewer"])
    before = viewer.get("/v1/recommendations/fixes").json()
    add_verdict(database, fresh_sample, "held", decided=10)
    add_verdict(database, fresh_sample, "held", decided=20, back=5)
    add_verdict(database, fresh_sample, "held", decided=100)
    add_verdict(database, fresh_sample, "held", decided=300, back=100)
    add_verdict(database, fresh_sample, "failed", decided=100)
    after = viewer.get("/v1/recommendations/fixes").json()

    assert (before["held"], before["share_came_back"]) == (0, None)
    assert (after["held"], after["watched"], after["came_back"]) == (4, 3, 1)
    assert after["share_came_back"] == pytest.approx(1 / 3)
