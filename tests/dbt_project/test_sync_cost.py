"""What a sync costs depends on what it brings, not on what is stored."""

import random
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pytest

from causeloop_pipeline.stages.normalization import read_claimed_records
from causeloop_pipeline.storage.app.run_scopes import declare_scope
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.database.statistics import analyze_grown_tables
from causeloop_pipeline.storage.dbt.runner import Normalizer
from causeloop_pipeline.storage.raw.mapped_records import BATCH, list_claimed, map_versions
from causeloop_pipeline.storage.raw.pending_records import claim_pending_records
from tests.support.normalizing import land_records, normalize, record

SELECT_STAGED = "select * from staging.stg_issues"


def test_dbt_opens_a_connection_for_each_of_its_threads_and_not_for_each_model_and_check(
    database: Database, models: Normalizer, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    land_records(database, workspace_id, record({"external_id": "a", "title": "Disk full"}))
    connect, opened = psycopg2.connect, []

    def count(*arguments: Any, **options: Any) -> Any:
        opened.append(connect(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(psycopg2, "connect", count)
    normalize(database, models, workspace_id)

    assert 1 <= len(opened) <= len({"main", "list of schemas", "nodes"})
    assert all(connection.closed for connection in opened)


def test_changes_are_made_only_by_a_run_that_has_claimed_one(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    land_records(database, workspace_id, record({"external_id": "a", "title": "Disk full"}))
    models_of_issues = [model.name for model in normalize(database, models, workspace_id).models]
    assert models_of_issues == ["issue", "occurrence"]

    deploy = {"external_id": "r", "title": "checkout 4.12", "kind": "deploy"}
    land_records(database, workspace_id, record(deploy, kind="normalized_change"))
    report = normalize(database, models, workspace_id)
    assert {model.name for model in report.models} == {"issue", "occurrence", "change"}
    assert report.outcome("change").rows == 1


def count_pages_read(database: Database, workspace_id: UUID, stored: int) -> int:
    """How many pages the staging model of one claimed record reads, with so many others stored before it."""
    earlier = [{"external_id": f"{stored}-{number}", "title": "Disk full"} for number in range(stored)]
    land_records(database, workspace_id, *map(record, earlier))
    with database.workspace(workspace_id) as session:
        session.execute("delete from raw.pending_record where workspace_id = %s", (workspace_id,))
    land_records(database, workspace_id, record({"external_id": f"newest-{stored}", "title": "Disk full"}))
    run_id = str(uuid4())
    with database.workspaces([workspace_id]) as session:
        analyze_grown_tables(session)
        declare_scope(session, run_id, [workspace_id])
        claim_pending_records(session, run_id, [workspace_id])
    read_claimed_records(database, run_id, [workspace_id])
    with database.workspaces([workspace_id]) as session:
        analyze_grown_tables(session)
        session.execute("select set_config('causeloop.run', %s, true)", (run_id,))
        plan = session.row(f"explain (analyze, buffers, format json) {SELECT_STAGED}")
        session.connection.rollback()
    assert plan is not None
    node = plan["QUERY PLAN"][0]["Plan"]
    assert node["Actual Rows"] == 1
    return int(node["Shared Hit Blocks"] + node["Shared Read Blocks"])


def test_a_record_is_found_by_an_index_however_many_were_stored_a_moment_ago(
    database: Database, models: Normalizer, workspace_id: UUID
) -> None:
    few = count_pages_read(database, workspace_id, 200)
    many = count_pages_read(database, workspace_id, 3_000)

    assert many < 2 * few + 50


def test_statistics_are_refreshed_when_a_table_has_doubled_and_not_before(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        analyze_grown_tables(session)
        assert analyze_grown_tables(session) == []
        pages = session.row("select relpages from pg_class where oid = 'raw.record'::regclass")
    assert pages is not None
    letters = random.Random(1)
    count = 16 * pages["relpages"] + 200
    bodies = ["".join(letters.choices("abcdefgh", k=1_500)) for _ in range(count)]
    payloads = [{"external_id": f"d-{n}", "title": "t", "body": body} for n, body in enumerate(bodies)]
    land_records(database, workspace_id, *map(record, payloads))

    with database.workspace(workspace_id) as session:
        assert "raw.record" in analyze_grown_tables(session)


def count_rows_read(session: Session) -> dict[str, int]:
    """How many rows of the raw tables this transaction has read."""
    rows = session.rows(
        "select relname, seq_tup_read + idx_tup_fetch as rows from pg_stat_xact_user_tables "
        "where schemaname = 'raw' and relname in ('record', 'mapped_record')"
    )
    return {row["relname"]: row["rows"] for row in rows}


def test_mappings_look_once_at_each_record_of_a_first_load(database: Database, workspace_id: UUID) -> None:
    count = 3 * BATCH
    land_records(
        database,
        workspace_id,
        *(record({"external_id": f"m-{number}", "title": "Disk full"}) for number in range(count)),
    )
    run_id = str(uuid4())
    with database.workspaces([workspace_id]) as session:
        analyze_grown_tables(session)  # as a run does first
        declare_scope(session, run_id, [workspace_id])
        claim_pending_records(session, run_id, [workspace_id])
        first = list_claimed(session.connection, run_id)
        map_versions(session.connection, first, ["custom_api"])
        # A table of a page or two is rightly read whole; what counts is what reading costs once it has grown.
        before, after = count_rows_read(session), first[-1]
        while keys := list_claimed(session.connection, run_id, after):
            map_versions(session.connection, keys, ["custom_api"])
            after = keys[-1]
        read = {name: rows - before[name] for name, rows in count_rows_read(session).items()}

    assert read.keys() == {"record", "mapped_record"}
    assert {name: rows for name, rows in read.items() if rows > 6 * (count - BATCH)} == {}
