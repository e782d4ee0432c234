"""A session sees only its workspaces, and a frame reads back as it was written."""

from datetime import UTC, date, datetime
from uuid import UUID

import polars as pl
import psycopg
import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.storage.database.session import Database

EVERY_TYPE = pl.Schema(
    {
        "text": pl.String(),
        "instant": pl.Datetime("us", "UTC"),
        "words": pl.List(pl.String()),
        "yes": pl.Boolean(),
        "day": pl.Date(),
        "share": pl.Float64(),
        "number": pl.Int64(),
    }
)
EDGE_CASES = pl.DataFrame(
    [
        {"text": "", "instant": None, "words": ["x", 'y"z', "b\\s"], "yes": True, "number": -3},
        {
            "text": 'a line\nand "another",',
            "instant": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            "words": [],
            "yes": False,
            "day": date(2024, 2, 29),
            "share": 0.1,
            "number": 2**62,
        },
        {"text": None, "words": None, "yes": None},
    ],
    schema=EVERY_TYPE,
)


def test_a_frame_reads_back_as_it_was_written(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        session.execute(
            "create temporary table every_type (text text, instant timestamptz, words text[], yes boolean, "
            "day date, share double precision, number bigint)"
        )

        assert session.insert("every_type", EDGE_CASES) == 3
        again = session.read("select * from every_type", schema=EVERY_TYPE)

    assert_frame_equal(again, EDGE_CASES)


def test_a_session_without_workspaces_sees_no_rows(database: Database, workspace_id: UUID) -> None:
    with database.workspaces([]) as session:
        assert session.rows("select * from app.workspace_settings") == []


def test_a_session_reads_only_its_own_workspace(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        visible = session.rows("select workspace_id from app.workspace_settings")

    assert visible == [{"workspace_id": workspace_id}]


def test_writing_into_a_foreign_workspace_is_refused(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    foreign = pl.DataFrame({"workspace_id": [str(other_workspace_id)], "model": ["x"], "weight": [1.0]})
    foreign = foreign.with_columns(computed_at=datetime(2026, 1, 1, tzinfo=UTC))

    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.workspace(workspace_id) as session:
        session.insert("predict.model_weight", foreign)


def test_the_scope_ends_with_its_transaction(installation, workspace_id: UUID) -> None:
    with psycopg.connect(installation.pipeline_url) as connection:
        connection.execute("select set_config('causeloop.scope', %s, true)", ("{" + str(workspace_id) + "}",))
        connection.commit()

        assert connection.execute("select count(*) from app.workspace_settings").fetchone() == (0,)
