"""The workspace and its settings."""

from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.stage_freshness import record_freshness
from causeloop_pipeline.storage.app.tenants import create_service_key, create_workspace
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import new_workspace


def test_the_workspace_includes_its_plan_and_seats(client: Client, sample: Sample) -> None:
    workspace = client(sample.credentials["viewer"]).get("/v1/workspace").json()

    assert workspace["id"] == str(sample.workspace_id)
    assert (workspace["organization"]["plan"], workspace["organization"]["seats_total"]) == ("enterprise", 10)
    assert workspace["organization"]["seats_taken"] == 2
    assert "sso" in workspace["features"]


def test_settings_can_be_changed_one_by_one_and_are_audited(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["admin"])
    before = api.get("/v1/workspace/settings").json()

    api.patch("/v1/workspace/settings", json={"loop_cost": 1200.5, "proof_window_days": 14})
    after = api.patch("/v1/workspace/settings", json={"alert_sensitivity": "low"}).json()
    off = api.patch("/v1/workspace/settings", json={"loop_cost": None}).json()

    changed = {"loop_cost": 1200.5, "proof_window_days": 14, "alert_sensitivity": "low"}
    assert after == before | changed
    assert off["loop_cost"] is None
    with database.workspace(fresh_sample.workspace_id) as session:
        entries = session.rows("select action, details from app.audit_log order by audit_id")
    assert entries[0] == {
        "action": "settings.updated",
        "details": {"loop_cost": 1200.5, "proof_window_days": 14},
    }


def test_settings_beyond_their_limits_are_refused(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["admin"])

    short = api.patch("/v1/workspace/settings", json={"audit_days": 364})
    wrong = [
        api.patch("/v1/workspace/settings", json=body).status_code
        for body in (
            {"proof_window_days": 6},
            {"proof_window_days": 366},
            {"ai_confidence_threshold": 1.5},
            {"x": 1},
        )
    ]

    assert (short.status_code, short.json()["code"]) == (422, "retention_below_minimum")
    assert wrong == [422] * 4


def test_unknown_time_zones_and_single_sign_on_without_its_plan_are_refused(
    client: Client, owner: psycopg.Connection
) -> None:
    api = client(create_service_key(owner, new_workspace(owner, "growth"), "k", "owner"))

    assert api.patch("/v1/workspace", json={"timezone": "Mars/Olympus"}).status_code == 422
    assert api.patch("/v1/workspace", json={"timezone": "Australia/Lord_Howe"}).status_code == 200
    refused = api.patch("/v1/workspace", json={"sso_enforced": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "plan_feature_missing")


def test_single_sign_on_is_required_only_when_an_owner_has_signed_in_with_it(
    client: Client, fresh_sample: Sample, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = client(fresh_sample.credentials["owner"])
    not_configured = key.patch("/v1/workspace", json={"sso_enforced": True})
    monkeypatch.setattr(settings(), "oidc_issuer", "https://issuer.example")
    monkeypatch.setattr(settings(), "oidc_audience", "causeloop")
    nobody_linked = key.patch("/v1/workspace", json={"sso_enforced": True})
    owner.execute(
        "update app.users set external_id = %s where user_id = %s",
        (uuid4().hex, fresh_sample.ids["owner_user_id"]),
    )
    by_password = client(fresh_sample.credentials["owner token"])
    own_session = by_password.patch("/v1/workspace", json={"sso_enforced": True})

    assert [response.json()["code"] for response in (not_configured, nobody_linked, own_session)] == [
        "sso_not_configured",
        "sso_not_proven",
        "sso_not_proven",
    ]
    assert key.patch("/v1/workspace", json={"sso_enforced": True}).status_code == 200


def test_a_workspace_that_cannot_be_analyzed_says_which_stage_failed_and_why(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["viewer"])
    before = api.get("/v1/workspace").json()["failed_stages"]
    with database.workspace(fresh_sample.workspace_id) as session:
        record_freshness(
            session,
            fresh_sample.workspace_id,
            "clusters",
            as_of=datetime.now(UTC),
            run_id="r",
            failure="a date is out of range",
        )

    (failed,) = api.get("/v1/workspace").json()["failed_stages"]

    assert before == []
    assert (failed["stage"], failed["reason"]) == ("clusters", "a date is out of range")


def test_an_archived_workspace_can_be_read_and_nothing_else_until_it_is_restored(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    api = client(create_service_key(owner, workspace_id, "k", "owner"))

    wrong = api.post("/v1/workspace/archive", json={"slug": "another"})
    archived = api.post("/v1/workspace/archive", json={"slug": "main"})
    refused = api.post("/v1/issues", json={"title": "x"})
    read = api.get("/v1/issues")
    restored = api.post("/v1/workspace/restore")
    again = api.post("/v1/issues", json={"title": "x"})

    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_slug")
    assert archived.json()["archived_at"] is not None
    assert (refused.status_code, refused.json()["code"]) == (403, "workspace_archived")
    assert (read.status_code, again.status_code) == (200, 201)
    assert restored.json()["archived_at"] is None


def test_a_slug_is_changed_unless_another_workspace_of_the_organization_has_it(
    client: Client, owner: psycopg.Connection
) -> None:
    workspace_id = new_workspace(owner)
    row = owner.execute(
        "select organization_id from app.workspace where workspace_id = %s", (workspace_id,)
    ).fetchone()
    assert row is not None
    create_workspace(owner, row[0], "taken", "Taken", "UTC")
    api = client(create_service_key(owner, workspace_id, "k", "owner"))

    taken = api.patch("/v1/workspace", json={"slug": "taken"})
    changed = api.patch("/v1/workspace", json={"slug": "renamed"})

    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
    assert changed.json()["slug"] == "renamed"
