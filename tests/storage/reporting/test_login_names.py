"""What a login for BI sees of the others tells nothing, and what is left of an erased workspace is found."""

import psycopg
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.reporting.logins import PREFIX, list_left_logins
from tests.api.sample import make_sample
from tests.conftest import Installation
from tests.storage.reporting.test_hostile_login import VIEWS, count, grant, name_login


def test_what_a_login_sees_of_the_others_names_no_workspace(
    owner: psycopg.Connection, database: Database
) -> None:
    tenants = [make_sample(owner, database) for _ in range(2)]
    urls = [grant(tenant.workspace_id) for tenant in tenants]
    catalogs = (
        "pg_roles",
        "pg_user",
        "pg_stat_activity",
        "pg_auth_members",
        "pg_database",
        "pg_class",
        "pg_policy",
    )
    with psycopg.connect(urls[0], autocommit=True) as login:
        texts = [
            login.execute(f"select string_agg(t::text, '') from {each} as t").fetchone() for each in catalogs
        ]
    seen = str(texts)

    assert PREFIX in seen
    for tenant in tenants:
        assert tenant.workspace_id.hex not in seen.replace("-", "")


def test_a_login_whose_row_is_gone_reads_nothing_and_is_listed_until_it_is_dropped(
    installation: Installation, owner: psycopg.Connection, database: Database
) -> None:
    erased = make_sample(owner, database)
    url, name = grant(erased.workspace_id), name_login(erased.workspace_id)
    with psycopg.connect(url, autocommit=True) as connection:
        assert count(connection, "issues") > 0
        assert name not in list_left_logins(installation.owner_url)
        owner.execute("delete from app.workspace where workspace_id = %s", (erased.workspace_id,))
        assert [count(connection, view) for view in VIEWS] == [0] * len(VIEWS)

    assert name in list_left_logins(installation.owner_url)
    revoked = CliRunner().invoke(app, ["reporting", "revoke", name])
    assert revoked.exit_code == 0, revoked.output
    assert name not in list_left_logins(installation.owner_url)
