"""Organizations and their workspaces."""

from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app as cli
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import add_member, create_service_key, create_user
from tests.api.conftest import Client
from tests.api.members.test_invitations import CHEAP_HASHER, PASSWORD, log_in
from tests.conftest import new_workspace


def test_an_owner_renames_the_organization_and_opens_another_workspace(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id, email = new_workspace(owner), f"{uuid4().hex}@example.com"
    user_id = create_user(owner, email, "O", CHEAP_HASHER.hash(PASSWORD))
    add_member(owner, workspace_id, user_id, "owner")
    api = client(log_in(client(), email).json()["access_token"])
    body = {"slug": "second", "name": "Second", "timezone": "Asia/Kathmandu"}

    renamed = api.patch("/v1/organization", json={"name": "New name"})
    made = api.post("/v1/workspaces", json=body)
    again = api.post("/v1/workspaces", json=body)
    own = api.get("/v1/workspaces").json()["data"]
    switched = client(log_in(client(), email, workspace_id=made.json()["id"]).json()["access_token"])

    assert renamed.json()["name"] == "New name"
    assert (made.status_code, made.json()["role"]) == (201, "owner")
    assert (again.status_code, again.json()["code"]) == (409, "slug_taken")
    assert {workspace["id"] for workspace in own} == {str(workspace_id), made.json()["id"]}
    assert switched.get("/v1/workspace").json()["timezone"] == "Asia/Kathmandu"


def test_a_key_opens_no_workspace_and_sees_none_of_other_people(
    client: Client, owner: psycopg.Connection
) -> None:
    api = client(create_service_key(owner, new_workspace(owner), "k", "owner"))

    assert api.post("/v1/workspaces", json={"slug": "x", "name": "X"}).json()["code"] == "owner_required"
    assert api.get("/v1/workspaces").json() == {"data": []}


def test_the_api_s_role_cannot_raise_seats_or_plan_of_its_organization(
    owner: psycopg.Connection, installation: object
) -> None:
    workspace_id = new_workspace(owner)
    with psycopg.connect(installation.api_url) as connection:  # type: ignore[attr-defined]
        for column, value in (("seats_taken", "0 - 5"), ("seats_total", "99"), ("plan", "'enterprise'")):
            connection.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"update app.organization set {column} = {value}")
            connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select app.create_tenant('{}', '\\x00')")


def test_an_owner_lowers_the_plan_and_the_seats_and_only_an_operator_raises_them(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner, "growth")
    api = client(create_service_key(owner, workspace_id, "k", "owner"))
    admin = client(create_service_key(owner, workspace_id, "k", "admin"))
    for number in range(2):
        add_member(
            owner, workspace_id, create_user(owner, f"{number}-{uuid4().hex}@example.com", "P"), "viewer"
        )

    lowered = api.patch("/v1/organization", json={"plan": "free", "seats_total": 2})
    next_answer = api.get("/v1/clusters")
    raised = [
        api.patch("/v1/organization", json=change) for change in ({"plan": "starter"}, {"seats_total": 3})
    ]
    too_few = api.patch("/v1/organization", json={"seats_total": 1})

    assert (lowered.json()["plan"], lowered.json()["plan_choices"]) == ("free", ["free"])
    assert (lowered.json()["seats_total"], lowered.json()["max_seats"]) == (2, 2)
    assert next_answer.json()["code"] == "plan_feature_missing"
    assert {(answer.status_code, answer.json()["code"]) for answer in raised} == {
        (403, "plan_set_by_operator")
    }
    assert (too_few.status_code, too_few.json()["code"]) == (422, "seats_exhausted")
    assert admin.patch("/v1/organization", json={"plan": "free"}).json()["code"] == "role_too_low"


def test_where_the_installation_allows_it_an_owner_chooses_a_higher_plan(
    client: Client, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = client(create_service_key(owner, new_workspace(owner, "free"), "k", "owner"))
    monkeypatch.setenv("CAUSELOOP_OWNERS_SET_PLAN", "true")
    settings.cache_clear()
    raised = api.patch("/v1/organization", json={"plan": "enterprise", "seats_total": 40})
    monkeypatch.undo()
    settings.cache_clear()

    assert (raised.json()["plan"], raised.json()["seats_total"]) == ("enterprise", 40)
    assert raised.json()["plan_choices"] == ["free", "starter", "growth", "enterprise"]


def test_an_owner_suspends_and_reactivates_and_cannot_lift_what_the_operator_set(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    api = client(create_service_key(owner, workspace_id, "k", "owner"))

    suspended = api.patch("/v1/organization", json={"status": "suspended"})
    refused = api.post("/v1/issues", json={"title": "x"})
    renamed = api.patch("/v1/organization", json={"name": "Other"})
    reactivated = api.patch("/v1/organization", json={"status": "active"})
    slug = suspended.json()["slug"]
    CliRunner().invoke(cli, ["tenant", "set-status", slug, "suspended"], catch_exceptions=False)
    by_operator = api.patch("/v1/organization", json={"status": "active"})

    assert (suspended.json()["status"], suspended.json()["status_set_by"]) == ("suspended", "owner")
    assert (refused.status_code, refused.json()["code"]) == (403, "organization_inactive")
    assert renamed.json()["code"] == "organization_inactive"
    assert reactivated.json()["status"] == "active"
    assert (by_operator.status_code, by_operator.json()["code"]) == (403, "organization_inactive")
    assert "operator" in by_operator.json()["detail"]


def test_a_cancelled_organization_lets_nobody_in_and_keeps_its_data(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    api = client(create_service_key(owner, workspace_id, "k", "owner"))
    api.post("/v1/issues", json={"title": "It broke"})
    slug = api.get("/v1/organization").json()["slug"]

    unconfirmed = api.patch("/v1/organization", json={"status": "cancelled", "slug": "another"})
    cancelled = api.patch("/v1/organization", json={"status": "cancelled", "slug": slug})
    after = [api.get("/v1/issues"), api.patch("/v1/organization", json={"status": "active"})]
    CliRunner().invoke(cli, ["tenant", "set-status", slug, "active"], catch_exceptions=False)

    assert (unconfirmed.status_code, unconfirmed.json()["code"]) == (422, "wrong_slug")
    assert cancelled.json()["status"] == "cancelled"
    assert {(answer.status_code, answer.json()["code"]) for answer in after} == {
        (403, "organization_inactive")
    }
    assert api.get("/v1/issues").json()["page"]["total"] == 1


def test_a_lower_plan_says_from_which_connectors_nothing_is_read_any_more(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    api = client(create_service_key(owner, workspace_id, "k", "owner"))
    owner.execute(
        "insert into app.connector (workspace_id, type, display_name) values (%s, 'datadog', 'Our Datadog')",
        (workspace_id,),
    )

    before = api.get("/v1/organization").json()["stopped_connectors"]
    lowered = api.patch("/v1/organization", json={"plan": "free"}).json()["stopped_connectors"]

    assert (before, lowered) == ([], ["Our Datadog"])
