"""The gate sees every way around row level security that somebody could build by mistake."""

import psycopg
import pytest

from causeloop_pipeline.storage.catalogue import catalogue_violations

PLANTED = {
    "without forced row level security": "create table core.open_door (workspace_id uuid, note text)",
    "without a policy": """
        create table core.no_policy (workspace_id uuid primary key);
        alter table core.no_policy enable row level security;
        alter table core.no_policy force row level security;
        grant select on core.no_policy to causeloop_api
        """,
    "every tenant's rows": "create policy \"all\" on core.issue for select to causeloop_api using (true)",
    "not limited to a role": "create policy \"anyone\" on core.issue for select using (workspace_id is null)",
    "view that runs with its owner's rights": "create view core.leak as select * from core.issue",
    "materialized view": "create materialized view core.kept as select 1 as one",
    "does not lead with workspace_id": """
        create table core.pointing (workspace_id uuid primary key, other uuid);
        select app.isolate('core.pointing');
        alter table core.issue add column other uuid unique;
        alter table core.pointing add foreign key (other) references core.issue (other)
        """,
    "does not hold workspace_id": "create unique index telling on core.issue (external_id)",
    "everybody may use": "grant select on core.issue to public",
    "function that runs with its owner's rights": """
        create function core.count_all() returns bigint language sql security definer
        return (select count(*) from core.issue)
        """,
}


def test_a_migrated_database_has_no_hole(installation) -> None:
    with psycopg.connect(installation.pipeline_url) as connection:
        assert catalogue_violations(connection) == []


@pytest.mark.parametrize("hole", PLANTED)
def test_a_planted_hole_is_found(hole: str, installation) -> None:
    with psycopg.connect(installation.owner_url) as connection:
        connection.execute(PLANTED[hole])

        found = catalogue_violations(connection)
        connection.rollback()

    assert any(hole in violation for violation in found), found


def test_a_role_that_bypasses_row_level_security_is_found(installation) -> None:
    with psycopg.connect(installation.server.url("causeloop")) as connection:
        connection.execute("alter role causeloop_api bypassrls")

        found = catalogue_violations(connection)
        connection.rollback()

    assert "role that may see around row level security: causeloop_api" in found
