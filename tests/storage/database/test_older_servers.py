"""The product on Debian's PostgreSQL, older than our own, whose administrator is not a superuser."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.settings import settings, temporary_variables
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace
from causeloop_pipeline.storage.database import server_version
from causeloop_pipeline.storage.database.isolation_gate import find_isolation_violations
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.database.server_version import (
    FUNCTIONS_OF_NEWER_SERVERS,
    MIN_MAJOR,
    ServerVersionError,
)
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.database.statistics import analyze_grown_tables
from causeloop_pipeline.storage.embedded.postgres_server import Server, remove_server, start_server
from causeloop_pipeline.storage.reporting.logins import grant_login
from causeloop_pipeline.storage.reporting.sessions import end_long_transactions

pytestmark = pytest.mark.database
ADMINISTRATOR, PASSWORD = "administrator", "planted"
URLS = ("DATABASE_URL", "PIPELINE_DATABASE_URL", "API_DATABASE_URL", "DAGSTER_DATABASE_URL")
ROOT = Path(__file__).parents[3]
NAMES_BOTH_ROWS = re.compile(r"\breturning\b[^;\"]*?\b(?:old|new)\.", re.IGNORECASE)
"""PostgreSQL 18 only; what a function or a request says is not read before it runs."""

CALLED = re.compile(r"\b([a-z_0-9]+)\(")
SELECT_FUNCTIONS = "select proname from pg_proc where pronamespace = 'pg_catalog'::regnamespace"
NOT_OF_SQL = {"casefold", "crc32", "gamma"}
"""Python's functions of such a name."""

CHOSEN_BY_VERSION = {"pg_clear_attribute_stats"}
"""Erasing a workspace calls it where the server has it."""

NO_URLS = {f"CAUSELOOP_{name}": "" for name in URLS}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    older = [folder for folder in folders if MIN_MAJOR <= int(folder.parent.name) < 18]
    if not older:
        pytest.skip("Debian's PostgreSQL is not installed: apt-get install postgresql-15 (or 16, 17)")
    folder = tmp_path_factory.mktemp("older") / "postgres"
    yield start_server(folder, older[0])
    remove_server(folder, older[0])


@pytest.fixture(scope="module")
def administrator_url(server: Server) -> str:
    """An administrator as a managed server has one: with CREATEROLE and CREATEDB, and not a superuser."""
    with psycopg.connect(server.url(), autocommit=True) as superuser:
        superuser.execute(f"create role {ADMINISTRATOR} login createrole createdb password '{PASSWORD}'")
    return server.url("postgres", ADMINISTRATOR, PASSWORD)


@pytest.fixture(scope="module")
def urls(administrator_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `causeloop roles` prints, of a migrated database."""
    folder = tmp_path_factory.mktemp("state")
    (folder / "administrator.url").write_text(administrator_url)
    with temporary_variables({**NO_URLS, "CAUSELOOP_STATE_DIR": str(folder)}):
        settings.cache_clear()
        made = CliRunner().invoke(app, ["roles", "--administrator", str(folder / "administrator.url")])
    settings.cache_clear()
    assert made.exit_code == 0, made.output
    assert "leakproof" in made.stderr
    printed = dict(line.split("=", 1) for line in made.stdout.splitlines())
    assert set(printed) == set(NO_URLS)
    migrate(printed["CAUSELOOP_DATABASE_URL"])
    return printed


@pytest.fixture(scope="module")
def workspace_id(urls: dict[str, str]) -> UUID:
    with psycopg.connect(urls["CAUSELOOP_DATABASE_URL"], autocommit=True) as owner:
        return create_workspace(
            owner, create_organization(owner, "acme", "Acme", "growth", 10), "main", "Main", "UTC"
        )


def test_a_new_database_isolates_tenants_and_a_second_migration_changes_nothing(urls: dict[str, str]) -> None:
    migrate(urls["CAUSELOOP_DATABASE_URL"])

    with psycopg.connect(urls["CAUSELOOP_DATABASE_URL"]) as owner:
        assert find_isolation_violations(owner) == []


def test_no_statement_needs_a_newer_server(server: Server, postgres: Server) -> None:
    """Names of functions are compared between the two servers' catalogs, whatever calls them."""
    older, newest = (_list_functions(each) for each in (server, postgres))
    if "uuidv7" not in newest:
        pytest.skip("the tests run on an older server themselves")
    provided = {path.stem for path in FUNCTIONS_OF_NEWER_SERVERS.glob("*.sql")}
    missing = newest - older - provided - NOT_OF_SQL - CHOSEN_BY_VERSION
    folders = (ROOT / "causeloop_pipeline", ROOT / "api", ROOT / "dbt_project")
    files = [path for folder in folders for kind in ("*.sql", "*.py") for path in folder.rglob(kind)]
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in files}

    assert "uuid_extract_timestamp" in missing
    assert {path: used for path, text in texts.items() if (used := missing & set(CALLED.findall(text)))} == {}
    assert [path for path, text in texts.items() if NAMES_BOTH_ROWS.search(text)] == []


def test_a_request_takes_from_the_bucket_of_its_workspace(urls: dict[str, str], workspace_id: UUID) -> None:
    take = "select taken, remaining from app.take_tokens(%s, 0, 4, 1)"
    with psycopg.connect(urls["CAUSELOOP_API_DATABASE_URL"], autocommit=True) as api:
        answers = [api.execute(take, (workspace_id,)).fetchone() for _ in range(5)]

    assert answers == [(1, 3), (1, 2), (1, 1), (1, 0), (0, 0)]


def test_ids_are_of_version_7_and_grow_within_a_session(urls: dict[str, str]) -> None:
    with psycopg.connect(urls["CAUSELOOP_DATABASE_URL"]) as owner:
        rows = owner.execute("select app.uuidv7() from generate_series(1, 2000)").fetchall()
        (shifted,) = owner.execute("select app.uuidv7(interval '-1 day')").fetchone() or (None,)

    made = [row[0] for row in rows]
    assert {(each.version, each.variant) for each in made} == {(7, "specified in RFC 4122")}
    assert made == sorted(set(made))
    assert 0 <= (made[-1].int >> 80) - (shifted.int >> 80) - 86_400_000 + 60_000 <= 120_000


def test_a_request_sees_one_workspace_and_the_pipeline_those_of_its_scope(
    urls: dict[str, str], workspace_id: UUID
) -> None:
    with psycopg.connect(urls["CAUSELOOP_API_DATABASE_URL"]) as api:
        assert api.execute("select workspace_id from app.workspace").fetchall() == []
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
        assert api.execute("select workspace_id from app.workspace").fetchall() == [(workspace_id,)]


def test_the_pipeline_brings_statistics_up_to_date(urls: dict[str, str], workspace_id: UUID) -> None:
    with Database(urls["CAUSELOOP_PIPELINE_DATABASE_URL"]).workspace(workspace_id) as session:
        session.execute(
            "insert into raw.record (workspace_id, source, external_id, payload, payload_hash, channel) "
            "select %s, 'jira', n::text, '{}', repeat('0', 32), 'poll' from generate_series(1, 3000) as n",
            (workspace_id,),
        )
        assert "raw.record" in analyze_grown_tables(session)
        assert "raw.record" not in analyze_grown_tables(session)


def test_a_login_for_bi_reads_its_workspace_and_the_pipeline_may_end_its_sessions(
    urls: dict[str, str], workspace_id: UUID, administrator_url: str, server: Server
) -> None:
    owner_url = urls["CAUSELOOP_DATABASE_URL"]
    with psycopg.connect(administrator_url, dbname="causeloop", autocommit=True) as administrator:
        login, password = grant_login(administrator, owner_url, workspace_id, "UTC")

    with psycopg.connect(server.url("causeloop", login, password), autocommit=True) as reader:
        assert reader.execute("select name from reporting.workspace").fetchall() == [("Main",)]
        with reader.transaction(), pytest.raises(psycopg.OperationalError):
            reader.execute("select 1")
            with Database(urls["CAUSELOOP_PIPELINE_DATABASE_URL"]).workspace(workspace_id) as session:
                assert end_long_transactions(session, max_seconds=0) == [login]
            reader.execute("select 1")


def test_roles_that_are_there_keep_their_passwords(
    urls: dict[str, str], administrator_url: str, tmp_path: Path
) -> None:
    """Whoever runs the command again, without the URLs, takes no server its access."""
    (tmp_path / "administrator.url").write_text(administrator_url)
    with temporary_variables({**NO_URLS, "CAUSELOOP_STATE_DIR": str(tmp_path)}):
        settings.cache_clear()
        again = CliRunner().invoke(app, ["roles", "--administrator", str(tmp_path / "administrator.url")])
    settings.cache_clear()

    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr.count("keeps its password") == len(urls)
    for url in urls.values():
        psycopg.connect(url).close()


def test_the_printed_sql_makes_the_same_roles_again_and_again(server: Server, urls: dict[str, str]) -> None:
    with temporary_variables(urls):
        settings.cache_clear()
        printed = CliRunner().invoke(app, ["roles", "--sql"])
    settings.cache_clear()

    assert printed.exit_code == 0, printed.output
    before_databases = printed.stdout.partition("select 'create database")[0].partition("\n")[2]
    with psycopg.connect(server.url(), autocommit=True) as superuser:
        superuser.execute(before_databases.encode())
    for url in urls.values():
        psycopg.connect(url).close()


def _list_functions(server: Server) -> set[str]:
    with psycopg.connect(server.url()) as connection:
        return {name for (name,) in connection.execute(SELECT_FUNCTIONS)}


def test_a_server_that_is_too_old_is_refused_in_one_sentence_before_anything_is_written(
    server: Server, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_version, "MIN_MAJOR", 99)
    url = urls["CAUSELOOP_DAGSTER_DATABASE_URL"]

    with pytest.raises(ServerVersionError, match=r"needs 99 or newer.*nothing was changed"):
        migrate(url)

    with psycopg.connect(url) as connection:
        assert connection.execute("select to_regnamespace('app')").fetchone() == (None,)
