"""A new database is what `schema/` says; every earlier one becomes the same, with its rows."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from itertools import count
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.storage.database import migrate as schema
from causeloop_pipeline.storage.database import sql_functions
from causeloop_pipeline.storage.database.isolation_gate import find_isolation_violations
from causeloop_pipeline.storage.database.roles import OWNER
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.postgres_server import Server
from causeloop_pipeline.storage.raw.mapped_records import list_claimed, map_versions
from causeloop_pipeline.storage.raw.pending_records import claim_pending_records
from tests.conftest import Installation
from tests.storage.database.earlier_schema import (
    MIGRATE,
    list_earlier_commits,
    migrate_with,
    read_objects,
)

SELECT_RELATIONS = """
select format('%s.%s', relnamespace::regnamespace, relname)
from pg_class
where relkind in ('r', 'v', 'p') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
"""
BOOKKEEPING = {"app.alembic_version", "app.function_digest"}
ROWS_OF_0071 = Path(__file__).parent / "rows_of_0071.sql"
WORKSPACE_OF_0071 = UUID("00000000-0000-0000-0000-00000000000a")
ISSUE_OF_0071 = "00000000-0000-0000-0000-000000000004"
_numbers = count()


@pytest.fixture
def empty_database(postgres: Server, installation: Installation) -> Iterator[Callable[[], str]]:
    """Creates empty databases, and drops them at the end."""
    made: list[str] = []

    def make() -> str:
        name = f"empty_{next(_numbers)}"
        with psycopg.connect(postgres.url(), autocommit=True) as connection:
            connection.execute(f"create database {name} owner {OWNER}")
        made.append(name)
        return installation.owner_url.rsplit("/", 1)[0] + f"/{name}"

    yield make
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        for name in made:
            connection.execute(f"drop database {name} with (force)")


def read_rows(url: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table that has any."""
    with psycopg.connect(url) as superuser:
        tables = [name for (name,) in superuser.execute(SELECT_RELATIONS) if name not in BOOKKEEPING]
        rows = {name: superuser.execute(f"select to_jsonb(t) from {name} as t").fetchall() for name in tables}
    return {name: [row for (row,) in of_table] for name, of_table in rows.items() if of_table}


def keep_columns(
    rows: dict[str, list[dict[str, Any]]], others: dict[str, list[dict[str, Any]]]
) -> dict[str, list[str]]:
    """The rows without the columns that the others do not have, in an order of their own."""
    return {
        name: sorted(
            str({key: row[key] for key in sorted(row.keys() & others[name][0].keys())}) for row in of_table
        )
        for name, of_table in rows.items()
        if name in others
    }


def count_occurrences(rows: dict[str, list[dict[str, Any]]]) -> list[tuple[str, str, int]]:
    """The issue, first day and count of each occurrence."""
    return [(row["issue_id"], row["started_at"][:10], row["count"]) for row in rows["core.occurrence"]]


def test_the_files_of_the_schema_name_the_relations_of_a_new_database(
    empty_database: Callable[[], str],
) -> None:
    url = empty_database()
    texts = "".join(path.read_text() for path in schema.SCHEMA.glob("*.sql"))

    schema.migrate(url)

    with psycopg.connect(url) as owner:
        relations = {name for (name,) in owner.execute(SELECT_RELATIONS)}
    assert set(re.findall(r"^create (?:table|view) (\S+)", texts, re.MULTILINE)) == relations - BOOKKEEPING


def test_every_file_of_the_schema_is_run() -> None:
    assert {path.stem for path in schema.SCHEMA.glob("*.sql")} == set(schema.SCHEMA_FILES)


def test_the_oldest_database_and_that_of_the_commit_before_become_a_new_one(
    empty_database: Callable[[], str], tmp_path: Path
) -> None:
    commits = list_earlier_commits()

    assert find_differences({commits[0], commits[-1]}, empty_database, tmp_path) == {}


def test_a_database_of_each_version_that_a_migration_leads_on_from_becomes_a_new_one(
    empty_database: Callable[[], str], tmp_path: Path
) -> None:
    between = list_earlier_commits()[1:-1]

    assert between
    assert find_differences(between, empty_database, tmp_path) == {}


def find_differences(
    commits: Collection[str], empty_database: Callable[[], str], tmp_path: Path
) -> dict[str, set[str]]:
    """The objects in which a migrated database of an earlier commit differs from a new one, by commit."""
    new = empty_database()
    schema.migrate(new)
    wanted, differences = read_objects(new), {}
    for number, commit in enumerate(commits):
        url = empty_database()
        migrate_with(commit, url, tmp_path / str(number))
        schema.migrate(url)
        differences[commit] = read_objects(url) ^ wanted
    return {commit: objects for commit, objects in differences.items() if objects}


def test_a_database_of_before_the_baseline_keeps_its_rows_and_its_isolation(
    empty_database: Callable[[], str], postgres: Server, tmp_path: Path
) -> None:
    url = empty_database()
    superuser_url = postgres.url(url.rsplit("/", 1)[1])
    migrate_with(list_earlier_commits()[0], url, tmp_path)
    with psycopg.connect(superuser_url) as superuser:
        superuser.execute(ROWS_OF_0071.read_bytes())
    before = read_rows(superuser_url)

    schema.migrate(url)

    after = read_rows(superuser_url)
    assert len(before) >= 16
    # What came to a pattern was one note of an issue and its one occurrence.
    before.pop("detect.pattern_touch")
    touches = after.pop("detect.pattern_touch")
    assert sorted((row["issues"], row["occurrences"], sorted(row["facts"])) for row in touches) == [
        (0, 1, ["day"]),
        (1, 0, ["severity"]),
    ]
    assert keep_columns(after, before) == keep_columns(before, after)
    assert count_occurrences(after) == [(ISSUE_OF_0071, "2026-05-01", 1)]
    with psycopg.connect(url) as owner:
        assert find_isolation_violations(owner) == []


def test_a_pending_record_of_before_the_baseline_is_mapped_by_the_next_run(
    empty_database: Callable[[], str], postgres: Server, installation: Installation, tmp_path: Path
) -> None:
    url = empty_database()
    name = url.rsplit("/", 1)[1]
    migrate_with(list_earlier_commits()[0], url, tmp_path)
    with psycopg.connect(postgres.url(name)) as superuser:
        superuser.execute(ROWS_OF_0071.read_bytes())
        superuser.execute("create view staging.former as select mapping.trimmed(' x ') as x")

    schema.migrate(url)

    database = Database(installation.pipeline_url.rsplit("/", 1)[0] + f"/{name}")
    with database.workspace(WORKSPACE_OF_0071) as session:
        assert claim_pending_records(session, "a run", [WORKSPACE_OF_0071]) == {"jira": 1}
        assert map_versions(session.connection, list_claimed(session.connection, "a run"), ["jira"]) == 1
        assert session.rows("select external_id from raw.mapped_record") == [{"external_id": "J-1"}]
        assert session.rows("select viewname from pg_views where schemaname = 'staging'") == []


@pytest.mark.parametrize(
    ("revision", "advice"),
    [
        ("0045", f"begin at 0071: install Causeloop of commit {schema.COMMIT_OF_BASELINE}, run its"),
        ("0073", "which another version made, .* install that"),
        ("9999", "which another version made, .* install that"),
    ],
)
def test_a_revision_that_no_migration_leads_on_from_is_refused_with_what_to_do(
    revision: str, advice: str, empty_database: Callable[[], str]
) -> None:
    url = empty_database()
    schema.migrate(url)
    with psycopg.connect(url) as owner:
        owner.execute("update app.alembic_version set version_num = %s", (revision,))
    before = read_objects(url)

    with pytest.raises(schema.RevisionError, match=f"is at revision {revision}, .*{advice}"):
        schema.migrate(url)

    assert read_objects(url) == before


def test_a_failure_leaves_a_database_as_it_was(
    empty_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_database()
    (tmp_path / "app.sql").write_text("create table app.half (x int); create table app.half (x int)")
    monkeypatch.setattr(schema, "SCHEMA", tmp_path)
    monkeypatch.setattr(schema, "SCHEMA_FILES", ("app",))
    before = read_objects(url)

    with pytest.raises(psycopg.errors.DuplicateTable):
        schema.migrate(url)

    assert read_objects(url) == before


def test_a_database_of_this_version_gets_the_functions_whose_text_has_changed(
    empty_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = empty_database()
    schema.migrate(url)
    folder = shutil.copytree(sql_functions.FUNCTIONS, tmp_path / "functions")
    monkeypatch.setattr(sql_functions, "FUNCTIONS", folder)
    path = folder / "app" / "first_open_step.sql"
    path.write_text(path.read_text().replace("'done'", "'finished'"))

    schema.migrate(url)

    with psycopg.connect(url) as owner:
        assert owner.execute("select app.first_open_step('{}', '{}')").fetchone() == ("finished",)


@pytest.mark.parametrize(("join", "condition"), [("cross join", ""), ("left join", "on true")])
def test_the_latest_prediction_is_read_from_an_index(
    join: LiteralString, condition: LiteralString, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        session.execute("set local enable_seqscan = off")
        session.execute("set local enable_sort = off")
        plan = session.rows(
            f"explain select latest.* from detect.pattern as p {join} lateral "
            f"predict.latest_prediction(p.workspace_id, p.pattern_id, 7) as latest {condition}"
        )

    text = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "Function Scan" not in text
    assert "Index" in text
    assert "Sort" not in text


def test_concurrent_callers_wait_for_one_another(
    empty_database: Callable[[], str],
) -> None:
    url, new = empty_database(), empty_database()
    schema.migrate(new)

    migrators = [subprocess.Popen([sys.executable, "-c", MIGRATE, url]) for _ in range(3)]

    assert [migrator.wait(timeout=60) for migrator in migrators] == [0, 0, 0]
    assert read_objects(url) == read_objects(new)


def test_no_role_of_the_product_is_a_superuser_or_may_bypass_row_level_security(
    postgres: Server, installation: Installation
) -> None:
    with psycopg.connect(postgres.url()) as connection:
        privileged = connection.execute(
            "select rolname from pg_roles where rolname like 'causeloop%' "
            "and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)"
        ).fetchall()

    assert privileged == []
