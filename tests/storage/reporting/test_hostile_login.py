"""Whatever a login for BI sends: it changes no scope, writes nothing and holds no lock for long."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.database.isolation_gate import find_isolation_violations
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.reporting.logins import find_login
from causeloop_pipeline.storage.reporting.sessions import end_long_transactions
from tests.api.sample import make_sample
from tests.api.sample_rows import Sample
from tests.conftest import Installation

VIEWS = (
    "workspace",
    "issues",
    "occurrences",
    "changes",
    "patterns",
    "pattern_issues",
    "clusters",
    "cluster_patterns",
    "predictions",
    "recommendations",
    "recommendation_patterns",
    "proofs",
    "exposure",
    "expectations",
    "postmortems",
    "action_items",
    "connectors",
    "sync_runs",
)
REFUSALS = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ObjectNotInPrerequisiteState,
    psycopg.errors.WrongObjectType,
)
OF_WORKSPACE = {"issues": "core.issue", "patterns": "detect.pattern", "predictions": "predict.prediction"}


def grant(workspace_id: UUID) -> str:
    granted = CliRunner().invoke(app, ["reporting", "grant", str(workspace_id)])
    assert granted.exit_code == 0, granted.output
    return granted.stdout.strip()


@pytest.fixture(scope="module")
def tenants(installation: Installation) -> tuple[Sample, Sample]:
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        database = Database(installation.pipeline_url)
        return make_sample(owner, database), make_sample(owner, database)


@pytest.fixture(scope="module")
def url(tenants: tuple[Sample, Sample]) -> str:
    """The login of the first tenant; the second has one too."""
    grant(tenants[1].workspace_id)
    return grant(tenants[0].workspace_id)


@pytest.fixture
def login(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("database", ["postgres", "template1", "dagster"])
def test_it_connects_to_no_other_database(database: str, url: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(url, dbname=database)


def name_login(workspace_id: UUID) -> str:
    login = find_login(settings().require("database_url"), workspace_id)
    assert login is not None
    return login


def count(connection: psycopg.Connection, view: str) -> int:
    row = connection.execute(f"select count(*) from reporting.{view}").fetchone()
    assert row is not None
    return int(row[0])


def test_every_view_shows_the_rows_of_the_own_workspace_and_no_others(
    login: psycopg.Connection, tenants: tuple[Sample, Sample], database: Database
) -> None:
    own, other = tenants
    with database.workspace(own.workspace_id) as session:
        for view, table in OF_WORKSPACE.items():
            row = session.row(f"select count(*) as number from {table}")
            assert row is not None
            assert count(login, view) == row["number"] > 0, view
    text = "".join(
        str(login.execute(f"select string_agg(to_jsonb(v)::text, '') from {view} as v").fetchone())
        for view in VIEWS
    )
    assert own.canary in text
    assert other.canary not in text


@pytest.mark.parametrize(
    "statement",
    [
        "set causeloop.scope = '{{{other}}}'",
        "set causeloop.workspace = '{other}'",
        "select set_config('causeloop.scope', '{{{other}}}', false)",
        "set row_security = off",
        "set session authorization {other_login}",
        "set role {other_login}",
        "set role causeloop_reporting",
        "set role causeloop_reporting_guard",
        "set role causeloop_pipeline",
        "set role causeloop_owner",
        "set search_path = core, detect, app, public",
        "set session_replication_role = replica",
    ],
)
def test_nothing_that_a_client_sends_changes_its_scope(
    url: str, tenants: tuple[Sample, Sample], statement: str
) -> None:
    own, other = tenants
    text = statement.format(other=other.workspace_id, other_login=name_login(other.workspace_id))
    with psycopg.connect(url, autocommit=True) as login:
        before = {view: count(login, view) for view in VIEWS}
        try:
            login.execute(text)
            is_refused = False
        except psycopg.Error:
            is_refused = True
        if is_refused or statement.startswith(("set search_path", "set causeloop", "select")):
            after = {view: count(login, view) for view in VIEWS}
            assert after == before
        else:  # row_security off makes such a query an error
            with pytest.raises(psycopg.Error):
                count(login, "issues")
        rows = login.execute("select current_user, session_user").fetchone()
        assert rows == (name_login(own.workspace_id),) * 2


@pytest.mark.parametrize(
    "statement",
    [
        "select * from core.issue",
        "select body from core.issue",
        "select credentials from app.connector",
        "select * from app.users",
        "select * from raw.record",
        "select app.reporting_workspace()",
        "select * from app.reporting_login",
        "select app.scope()",
        "table app.workspace",
        "select * from pg_authid",
        "select pg_read_file('/etc/passwd')",
        "copy (select 1) to program 'id'",
        "select lo_import('/etc/passwd')",
    ],
)
def test_nothing_but_the_views_can_be_read(login: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        login.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into reporting.workspace (name) values ('x')",
        "update reporting.workspace set name = 'x'",
        "delete from reporting.issues",
        "truncate reporting.issues",
        "update core.issue set title = 'x'",
        "create table reporting.t (a int)",
        "create table public.t (a int)",
        "create temporary table t (a int)",
        "create function public.f() returns int language sql as 'select 1'",
        "create role another",
        "alter role {own} createrole",
        "alter role {own} connection limit -1",
        "grant causeloop_reporting to {own} with admin option",
        "select lo_create(0)",
        "select lo_from_bytea(0, 'x')",
        "select pg_advisory_lock(1)",
        "select pg_try_advisory_xact_lock_shared(1, 2)",
        "lock table reporting.issues in access exclusive mode",
        "lock table core.issue in access share mode",
        "select * from reporting.workspace for update",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'causeloop_pipeline'",
        "alter database causeloop set log_statement = 'all'",
        "set temp_file_limit = -1",
        "comment on view reporting.issues is 'x'",
    ],
)
def test_nothing_can_be_written_locked_or_lifted(
    url: str, tenants: tuple[Sample, Sample], database: Database, statement: str
) -> None:
    text = statement.format(own=name_login(tenants[0].workspace_id))
    with database.every_workspace() as pipeline, psycopg.connect(url, autocommit=True) as login:
        pipeline.row("select 1 as one")
        login.execute("set default_transaction_read_only = off")
        with pytest.raises(REFUSALS), login.transaction():
            login.execute(text)
        assert pipeline.row("select 1 as one") == {"one": 1}


def test_a_transaction_that_is_held_open_is_ended_although_the_client_lifted_its_limits(
    url: str, database: Database, tenants: tuple[Sample, Sample]
) -> None:
    with psycopg.connect(url) as login:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout"):
            login.execute(sql.SQL("set {} = 0").format(sql.Identifier(limit)))
        login.commit()
        assert count(login, "issues") > 0
        with database.every_workspace() as session:
            assert end_long_transactions(session) == []
            assert end_long_transactions(session, max_seconds=0) == [name_login(tenants[0].workspace_id)]
            user = session.row("select current_user as name")
        with pytest.raises(psycopg.OperationalError):
            login.execute("select 1")

    assert user == {"name": "causeloop_pipeline"}


def test_a_login_has_bounds_of_its_own(login: psycopg.Connection, url: str) -> None:
    settings = {
        name: str(next(login.execute("select current_setting(%s)", (name,)))[0])
        for name in ("statement_timeout", "temp_file_limit", "search_path", "TimeZone")
    }

    assert settings == {
        "statement_timeout": "1min",
        "temp_file_limit": "1GB",
        "search_path": "reporting",
        "TimeZone": "Europe/Berlin",
    }
    held = [psycopg.connect(url) for _ in range(4)]
    with pytest.raises(psycopg.OperationalError, match="too many connections"):
        psycopg.connect(url)
    for connection in held:
        connection.close()


def test_the_gate_accepts_logins_and_reports_one_that_may_do_more(
    owner: psycopg.Connection, url: str, installation: Installation, tenants: tuple[Sample, Sample]
) -> None:
    login = sql.Identifier(name_login(tenants[0].workspace_id))
    assert find_isolation_violations(owner) == []
    with psycopg.connect(installation.server.url("causeloop"), autocommit=True) as superuser:
        superuser.execute("grant select on app.users to causeloop_reporting")
        superuser.execute(sql.SQL("grant causeloop_api to {}").format(login))
        try:
            violations = find_isolation_violations(owner)
        finally:
            superuser.execute("revoke all on app.users from causeloop_reporting")
            superuser.execute(sql.SQL("revoke causeloop_api from {}").format(login))

    assert "table app.users: causeloop_reporting has SELECT on it" in violations
    assert any("it belongs to causeloop_api" in violation for violation in violations)


def test_every_column_of_the_views_is_documented(login: psycopg.Connection) -> None:
    undocumented = login.execute(
        "select c.relname, a.attname from pg_class as c join pg_attribute as a on a.attrelid = c.oid "
        "where c.relnamespace = 'reporting'::regnamespace and a.attnum > 0 "
        "and col_description(c.oid, a.attnum) is null"
    ).fetchall()
    views = login.execute(
        "select relname from pg_class where relnamespace = 'reporting'::regnamespace order by 1"
    ).fetchall()

    assert undocumented == []
    assert [view for (view,) in views] == sorted(VIEWS)


def test_granted_again_the_former_password_ends_and_revoked_the_login_is_gone(
    tenants: tuple[Sample, Sample],
) -> None:
    workspace_id = str(tenants[1].workspace_id)
    former, present = grant(tenants[1].workspace_id), grant(tenants[1].workspace_id)

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(former)
    psycopg.connect(present).close()
    revoked, again = (CliRunner().invoke(app, ["reporting", "revoke", workspace_id]) for _ in range(2))
    assert (revoked.exit_code, again.exit_code) == (0, 2)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(present)
