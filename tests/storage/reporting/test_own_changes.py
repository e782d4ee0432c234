"""What PostgreSQL lets a role change of its own gives a login for BI nothing and ends with a grant."""

from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.reporting.logins import list_changed_logins
from tests.storage.reporting.test_hostile_login import REFUSALS, VIEWS, count, grant, name_login

OWN = sql.SQL("alter role {} ")


def change(url: str, login: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute(OWN.format(sql.Identifier(login)) + sql.SQL(statement))


def test_a_login_that_lifted_its_defaults_writes_nothing_and_is_named(workspace_id: UUID) -> None:
    owner_url = settings().require("database_url")
    url = grant(workspace_id)
    login = name_login(workspace_id)
    assert login not in list_changed_logins(owner_url)

    change(url, login, "set default_transaction_read_only = off")
    change(url, login, "set statement_timeout = 0")

    assert login in list_changed_logins(owner_url)
    with psycopg.connect(url, autocommit=True) as lifted:
        assert lifted.execute("show default_transaction_read_only").fetchone() == ("off",)
        for view in VIEWS:
            with pytest.raises(REFUSALS):
                lifted.execute(f"delete from reporting.{view}")
        with pytest.raises(REFUSALS):
            lifted.execute("create temporary table t (a int)")


def test_a_login_that_changed_its_password_reads_no_more_and_ends_with_the_next_grant(
    workspace_id: UUID,
) -> None:
    url = grant(workspace_id)
    login = name_login(workspace_id)
    with psycopg.connect(url, autocommit=True) as before:
        rows = {view: count(before, view) for view in VIEWS}
    password = psycopg.conninfo.conninfo_to_dict(url)["password"]

    change(url, login, "password 'chosen by the client'")

    changed = url.replace(str(password), "chosen%20by%20the%20client")
    with psycopg.connect(changed, autocommit=True) as after:
        assert {view: count(after, view) for view in VIEWS} == rows
    grant(workspace_id)
    for former in (url, changed):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(former)
