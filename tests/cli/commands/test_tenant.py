"""`causeloop tenant` makes organizations, and `causeloop up` offers to make the first one."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.storage.app.provisioning import offer_setup
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.database.roles import OWNER
from causeloop_pipeline.storage.embedded.postgres_server import Server
from tests.conftest import Installation

SELECT_TENANT = """
select o.plan, o.seats_total, w.slug, w.timezone, m.role, m.status, u.email,
    exists (select from app.workspace_settings as s where s.workspace_id = w.workspace_id),
    exists (select from app.onboarding_state as s where s.workspace_id = w.workspace_id),
    exists (select from app.invitation as i where i.workspace_id = w.workspace_id)
from app.organization as o
join app.workspace as w using (organization_id)
join app.membership as m using (workspace_id)
join app.users as u using (user_id)
where o.slug = %s
"""

OF_SLUG = """
select w.workspace_id from app.workspace as w
join app.organization as o using (organization_id)
where o.slug = %s
"""


@pytest.fixture
def empty_installation(postgres: Server, installation: Installation) -> Iterator[str]:
    """A migrated database without an organization."""
    name = f"first_start_{uuid4().hex[:8]}"
    with psycopg.connect(postgres.url(), autocommit=True) as superuser:
        superuser.execute(f"create database {name} owner {OWNER}")
        url = installation.owner_url.rsplit("/", 1)[0] + f"/{name}"
        migrate(url)
        yield url
        superuser.execute(f"drop database {name} with (force)")


def test_one_command_makes_all_of_a_tenant_and_prints_the_owner_s_link(owner: psycopg.Connection) -> None:
    name, email = f"Acme {uuid4().hex[:8]}", f"{uuid4().hex}@example.com"
    command = ["tenant", "create", name, "--email", email, "--plan", "growth", "--seats", "7"]

    made, again = CliRunner().invoke(app, command), CliRunner().invoke(app, command)

    slug = name.lower().replace(" ", "-")
    assert owner.execute(SELECT_TENANT, (slug,)).fetchall() == [
        ("growth", 7, "main", "UTC", "owner", "invited", email, True, True, True)
    ]
    assert made.stdout.strip().startswith("http://127.0.0.1:8080/#accept=cli_")
    assert (made.exit_code, again.exit_code) == (0, 1)
    assert "already" in again.stderr


def test_a_tenant_that_cannot_be_made_whole_is_not_made_at_all(owner: psycopg.Connection) -> None:
    name = f"Half {uuid4().hex[:8]}"
    command = ["tenant", "create", name, "--email", "o@example.com", "--workspace", "Main"]
    owner.execute("alter table app.invitation add constraint nobody check (false) not valid")
    try:
        CliRunner().invoke(app, command)
    finally:
        owner.execute("alter table app.invitation drop constraint nobody")

    slug = name.lower().replace(" ", "-")
    assert owner.execute("select from app.organization where slug = %s", (slug,)).fetchall() == []


@pytest.mark.parametrize(
    "arguments", [["Acme", "--email", "nobody"], ["--", "---", "--email", "a@example.com"]]
)
def test_a_wrong_address_is_wrong_usage(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, ["tenant", "create", *arguments]).exit_code == 2


def test_a_status_is_set_and_an_unknown_organization_is_refused(owner: psycopg.Connection) -> None:
    name = f"Late {uuid4().hex[:8]}"
    CliRunner().invoke(app, ["tenant", "create", name, "--email", f"{uuid4().hex}@example.com"])
    slug = name.lower().replace(" ", "-")

    suspended = CliRunner().invoke(app, ["tenant", "set-status", slug, "suspended"])
    unknown = CliRunner().invoke(app, ["tenant", "set-status", "nobody-has-this", "suspended"])

    assert owner.execute("select status from app.organization where slug = %s", (slug,)).fetchone() == (
        "suspended",
    )
    assert (suspended.exit_code, unknown.exit_code) == (0, 1)


def test_the_first_start_offers_one_link_at_a_time_until_there_is_an_organization(
    empty_installation: str,
) -> None:
    with psycopg.connect(empty_installation, autocommit=True) as owner:
        first, second = offer_setup(owner), offer_setup(owner)
        links = owner.execute(
            "select count(*), max(encode(token_hash, 'hex')) from app.setup_link"
        ).fetchone()
        owner.execute("insert into app.organization (slug, name) values ('acme', 'Acme')")
        none = offer_setup(owner)

    assert first is not None
    assert second not in (None, first)
    assert links is not None
    assert links[0] == 1
    assert str(second).partition("_")[2] not in links[1]
    assert none is None


def test_plan_and_seats_are_set_unless_more_people_are_active(owner: psycopg.Connection) -> None:
    name = f"Grow {uuid4().hex[:8]}"
    CliRunner().invoke(app, ["tenant", "create", name, "--email", f"{uuid4().hex}@example.com"])
    slug = name.lower().replace(" ", "-")
    owner.execute(
        "update app.membership set status = 'active' where workspace_id in (" + OF_SLUG + ")", (slug,)
    )
    workspace = owner.execute(OF_SLUG, (slug,)).fetchone()
    assert workspace is not None
    add_member(owner, workspace[0], create_user(owner, f"{uuid4().hex}@example.com", "B"), "viewer")

    changed = CliRunner().invoke(app, ["tenant", "set-plan", slug, "starter", "--seats", "2"])
    kept_seats = CliRunner().invoke(app, ["tenant", "set-plan", slug, "growth"])
    too_few = CliRunner().invoke(app, ["tenant", "set-plan", slug, "free", "--seats", "1"])
    unknown = CliRunner().invoke(app, ["tenant", "set-plan", "nobody-has-this", "free"])

    row = owner.execute("select plan, seats_total from app.organization where slug = %s", (slug,)).fetchone()
    assert row == ("growth", 2)
    assert [run.exit_code for run in (changed, kept_seats, too_few, unknown)] == [0, 0, 1, 1]
    assert "more than 1 active members" in too_few.stderr


def test_a_time_zone_that_does_not_exist_is_refused_by_the_command_and_by_the_database(
    owner: psycopg.Connection,
) -> None:
    name = f"Mars {uuid4().hex[:8]}"
    arguments = ["tenant", "create", name, "--email", f"{uuid4().hex}@example.com"]

    refused = CliRunner().invoke(app, [*arguments, "--timezone", "Mars/Base"])
    created = CliRunner().invoke(app, [*arguments, "--timezone", "Asia/Kathmandu"])

    assert (refused.exit_code, created.exit_code) == (2, 0)
    assert "Mars/Base" in refused.stderr
    with pytest.raises(psycopg.errors.CheckViolation, match="no time zone"):
        owner.execute("update app.workspace set timezone = 'Mars/Base' where name = 'Main'")


def test_a_lower_plan_names_the_connectors_that_it_stops(owner: psycopg.Connection) -> None:
    name = f"Less {uuid4().hex[:8]}"
    CliRunner().invoke(app, ["tenant", "create", name, "--email", f"{uuid4().hex}@example.com"])
    slug = name.lower().replace(" ", "-")
    workspace = owner.execute(OF_SLUG, (slug,)).fetchone()
    assert workspace is not None
    for connector_type, called in (("datadog", "Our Datadog"), ("custom_api", "Scripts")):
        owner.execute(
            "insert into app.connector (workspace_id, type, display_name) values (%s, %s, %s)",
            (workspace[0], connector_type, called),
        )

    lowered = CliRunner().invoke(app, ["tenant", "set-plan", slug, "free"])
    raised = CliRunner().invoke(app, ["tenant", "set-plan", slug, "enterprise"])

    assert "no longer reading from Our Datadog (main)" in lowered.stderr
    assert "Scripts" not in lowered.stderr
    assert "nothing is read" not in raised.stderr
