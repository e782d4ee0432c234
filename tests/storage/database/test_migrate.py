"""Every earlier version of a database reaches the newest schema with its data, with any number of callers."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from alembic.script import ScriptDirectory

from causeloop_pipeline.storage.app.tenants import add_member, create_organization, create_workspace
from causeloop_pipeline.storage.database import migrate as schema
from causeloop_pipeline.storage.database.isolation_gate import find_isolation_violations
from causeloop_pipeline.storage.database.roles import OWNER
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.grouping_state import read_grouping_state
from causeloop_pipeline.storage.embedded.postgres_server import Server
from causeloop_pipeline.storage.predict.trained_models import StoredModel, read_trained_model
from causeloop_pipeline.storage.raw.mapped_records import list_claimed, map_versions
from causeloop_pipeline.storage.raw.pending_records import claim_pending_records
from tests.conftest import Installation

REVISIONS = [
    script.revision for script in ScriptDirectory.from_config(schema._build_config("")).walk_revisions()
][::-1]
COLUMNS = """
select table_schema, table_name, column_name, data_type, is_nullable
from information_schema.columns
where table_schema in ('app', 'raw', 'core', 'detect', 'predict', 'act', 'notify')
order by 1, 2, 3
"""
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


DATA_OF_0017 = Path(__file__).parent / "versions" / "0017.sql"
WORKSPACE_OF_0017 = UUID("00000000-0000-0000-0000-00000000000a")


def columns(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(COLUMNS).fetchall()


def test_a_database_that_met_every_version_one_by_one_has_the_schema_of_a_new_one(
    empty_database: Callable[[], str], installation: Installation
) -> None:
    url = empty_database()

    for revision in REVISIONS:
        schema.migrate(url, revision)

    assert columns(url) == columns(installation.owner_url)


@pytest.mark.parametrize("revision", REVISIONS[::12])
def test_a_database_that_left_out_many_versions_has_the_schema_of_a_new_one(
    revision: str, empty_database: Callable[[], str], installation: Installation
) -> None:
    url = empty_database()

    schema.migrate(url, revision)
    schema.migrate(url)

    assert columns(url) == columns(installation.owner_url)


def test_a_database_of_0017_keeps_its_data_and_its_isolation(
    empty_database: Callable[[], str], postgres: Server, installation: Installation
) -> None:
    url = empty_database()
    name = url.rsplit("/", 1)[1]
    schema.migrate(url, "0017")
    with psycopg.connect(postgres.url(name)) as superuser:
        superuser.execute(DATA_OF_0017.read_bytes())

    schema.migrate(url)

    workspace_id = WORKSPACE_OF_0017
    database = Database(installation.pipeline_url.rsplit("/", 1)[0] + f"/{name}")
    with database.workspace(workspace_id) as session:
        assert session.rows("select external_id, channel from raw.record") == [
            {"external_id": "J-1", "channel": "webhook"}
        ]
        assert session.rows("select channel, reason from raw.quarantine") == [
            {"channel": "poll", "reason": "no JSON"}
        ]
        assert claim_pending_records(session, "a run", [workspace_id]) == {"jira": 1}
        assert map_versions(session.connection, list_claimed(session.connection, "a run"), ["jira"]) == 1
        assert session.rows("select external_id from raw.mapped_record") == [{"external_id": "J-1"}]
        assert session.rows("select viewname from pg_views where schemaname = 'staging'") == []
        assert session.rows("select feedback_id, together, made_by from detect.pattern_feedback") == [
            {"feedback_id": UUID(int=2), "together": False, "made_by": "ana"}
        ]
        state = read_grouping_state(session, workspace_id)
        assert state is not None
        assert (state.is_stale, state.issue_count, state.index_start) == (True, 5, b"index")
        model = read_trained_model(session, workspace_id, "format 1")
        assert model == StoredModel('{"a": 0.1}', datetime(2026, 6, 1, 12, tzinfo=UTC), 9)
        assert session.rows(
            "select probability from predict.latest_prediction(%s, %s, 7)", (workspace_id, UUID(int=3))
        ) == [{"probability": 0.6}]
    with database.workspace(UUID(int=9)) as session:
        assert session.rows("select * from raw.pending_record") == []
    with psycopg.connect(url) as owner:
        assert find_isolation_violations(owner) == []


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
    empty_database: Callable[[], str], installation: Installation
) -> None:
    url = empty_database()
    code = "import sys; from causeloop_pipeline.storage.database.migrate import migrate; migrate(sys.argv[1])"

    migrators = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(3)]

    assert [migrator.wait(timeout=60) for migrator in migrators] == [0, 0, 0]
    assert columns(url) == columns(installation.owner_url)


def test_no_role_of_the_product_is_a_superuser_or_may_bypass_row_level_security(
    postgres: Server, installation: Installation
) -> None:
    with psycopg.connect(postgres.url()) as connection:
        privileged = connection.execute(
            "select rolname from pg_roles where rolname like 'causeloop%' "
            "and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)"
        ).fetchall()

    assert privileged == []


def test_names_and_passwords_of_people_move_to_where_they_belong(empty_database: Callable[[], str]) -> None:
    url = empty_database()
    schema.migrate(url, "0018")
    with psycopg.connect(url, autocommit=True) as owner:
        workspaces = [
            create_workspace(owner, create_organization(owner, name, name, "growth", 5), "main", "M", "UTC")
            for name in ("first", "second")
        ]
        for email, password_hash, joined in (
            ("own@example.com", "hash", workspaces),
            ("invited@example.com", None, workspaces[:1]),
            ("shared@example.com", None, workspaces),
        ):
            user_id = owner.execute(
                "insert into app.users (email, name, password_hash) values (%s, 'Name', %s) "
                "returning user_id",
                (email, password_hash),
            ).fetchone()
            for workspace_id in joined:
                add_member(owner, workspace_id, UUID(str(user_id[0] if user_id else "")), "viewer")

    schema.migrate(url)

    with psycopg.connect(url) as owner:
        people = owner.execute(
            "select u.email, u.name, p.password_hash, array_agg(m.name) from app.users as u "
            "join app.membership as m using (user_id) left join app.user_password as p using (user_id) "
            "group by 1, 2, 3 order by 1"
        ).fetchall()
    assert people == [
        ("invited@example.com", None, None, ["Name"]),
        ("own@example.com", "Name", "hash", [None, None]),
        ("shared@example.com", None, None, [None, None]),
    ]
