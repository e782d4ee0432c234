"""A session sees only its workspaces, and a frame reads back as it was written."""

from datetime import UTC, date, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

import polars as pl
import psycopg
import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.embedded.postgres_server import Server
from tests.conftest import Installation
from tests.storage.stored import pattern

EVERY_TYPE = pl.Schema(
    {
        "text": pl.String(),
        "instant": pl.Datetime("us", "UTC"),
        "words": pl.List(pl.String()),
        "yes": pl.Boolean(),
        "day": pl.Date(),
        "share": pl.Float64(),
        "number": pl.Int64(),
        "reason": pl.Struct({"kind": pl.String, "slots": pl.Int64, "place": pl.Struct({"team": pl.String})}),
        "findings": pl.List(pl.Struct({"text": pl.String, "share": pl.Float64})),
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
            "reason": {"kind": 'a "kind"\nof \\ two lines, é', "place": {}},
            "findings": [{"text": "", "share": 1.0}, {"text": None, "share": 1e-12}],
        },
        {"reason": {}, "findings": []},
        {"text": None, "words": None, "yes": None},
    ],
    schema=EVERY_TYPE,
)


def test_a_frame_reads_back_as_it_was_written(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        session.execute(
            "create temporary table every_type (text text, instant timestamptz, words text[], yes boolean, "
            "day date, share double precision, number bigint, reason jsonb, findings jsonb)"
        )

        assert session.insert("every_type", EDGE_CASES) == 4
        again = session.read("select * from every_type", schema=EVERY_TYPE)

    assert_frame_equal(again, EDGE_CASES)


def test_a_struct_is_stored_as_a_json_object_without_nulls(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        session.execute("create temporary table reasons (reason jsonb)")
        session.insert("reasons", EDGE_CASES.select("reason").tail(2))
        stored = session.rows("select reason::text from reasons")

    assert stored == [{"reason": "{}"}, {"reason": None}]


def store_patterns(workspace_id: UUID, **count_by_name: int) -> pl.DataFrame:
    """A pattern of each name, whose id follows from it, with so many issues."""
    rows = [
        pattern(str(uuid5(NAMESPACE_URL, name)), count).with_columns(name=pl.lit(name))
        for name, count in count_by_name.items()
    ]
    return pl.concat(rows).with_columns(workspace_id=pl.lit(str(workspace_id)))


def read_places(session: Session) -> dict[str, tuple[int, str]]:
    """How many issues each pattern has, and where its row was last written."""
    rows = session.rows("select name, issue_count, ctid::text as place from detect.pattern")
    return {row["name"]: (row["issue_count"], row["place"]) for row in rows}


@pytest.mark.parametrize("way", ["upsert", "replace"])
def test_a_row_that_is_the_same_is_not_written_again(
    database: Database, workspace_id: UUID, way: str
) -> None:
    with database.workspace(workspace_id) as session:
        session.insert("detect.pattern", store_patterns(workspace_id, a=1, b=2, c=3))
        before = read_places(session)
        rows = store_patterns(workspace_id, a=1, b=5, d=4)
        if way == "upsert":
            written = session.upsert("detect.pattern", rows, ("workspace_id", "pattern_id"))
        else:
            written = session.replace("detect.pattern", rows, workspace_id, key="pattern_id")
        after = read_places(session)
    assert written == 2
    assert after["a"] == before["a"]
    assert (after["b"][0], after["d"][0]) == (5, 4)
    assert ("c" in after) == (way == "upsert")


def test_rows_are_replaced_by_none(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        rows = store_patterns(workspace_id, a=1)
        session.insert("detect.pattern", rows)
        assert session.replace("detect.pattern", rows.clear(), workspace_id, key="pattern_id") == 0
        assert read_places(session) == {}


def test_rows_are_replaced_without_comparing_all_with_all_whatever_the_planner_believes(
    database: Database, workspace_id: UUID
) -> None:
    rows = store_patterns(workspace_id, **{f"p{number}": 1 for number in range(200)})
    with database.workspace(workspace_id) as session:
        session.insert("detect.pattern", rows)
        for method in ("hashjoin", "mergejoin", "material"):
            session.execute(f"set local enable_{method} = off")
        session.replace("detect.pattern", rows.head(150), workspace_id, key="pattern_id")
        read = session.row(
            "select seq_tup_read as rows from pg_stat_xact_user_tables "
            "where relid = 'pg_temp.staged_detect_pattern'::regclass"
        )
        left = read_places(session)
    assert len(left) == 150
    assert read is not None
    assert read["rows"] <= 3 * rows.height


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


def test_the_scope_ends_with_its_transaction(installation: Installation, workspace_id: UUID) -> None:
    with psycopg.connect(installation.pipeline_url) as connection:
        connection.execute("select set_config('causeloop.scope', %s, true)", ("{" + str(workspace_id) + "}",))
        connection.commit()

        assert connection.execute("select count(*) from app.workspace_settings").fetchone() == (0,)


def find_backend(database: Database, workspace_id: UUID) -> int:
    with database.workspace(workspace_id) as session:
        row = session.row("select pg_backend_pid() as pid, current_setting('causeloop.scope') as scope")
    assert row is not None
    assert row["scope"] == f"{{{workspace_id}}}"
    return int(row["pid"])


def test_a_kept_connection_serves_one_workspace_after_another_each_in_a_transaction_of_its_own(
    database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    with database.keep_connection() as one_connection:
        first, second = (
            find_backend(one_connection, workspace_id),
            find_backend(one_connection, other_workspace_id),
        )

        with pytest.raises(psycopg.errors.DivisionByZero), one_connection.workspace(workspace_id) as session:
            session.execute("select set_config('causeloop.note', 'left behind', true), 1 / 0")
        with one_connection.workspace(workspace_id) as session:
            left = session.row("select nullif(current_setting('causeloop.note', true), '') as note")

    assert first == second
    assert left == {"note": None}


def test_a_kept_connection_that_was_lost_between_two_transactions_is_opened_again(
    database: Database, workspace_id: UUID, postgres: Server
) -> None:
    with database.keep_connection() as one_connection:
        former = find_backend(one_connection, workspace_id)
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute("select pg_terminate_backend(%s, 5000)", (former,))

        assert find_backend(one_connection, workspace_id) != former
