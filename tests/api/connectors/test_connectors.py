"""Connectors; their secrets are never returned."""

import logging
from itertools import pairwise
from uuid import uuid4

import psycopg
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS, is_included
from causeloop_pipeline.connectors.verification_labels import read_labels
from causeloop_pipeline.model.plans import PLANS, PLANS_IN_ORDER
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.connector_credentials import open_credentials
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.secrets.operator_tokens import read_metrics_token
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import new_workspace

SECRET = "planted-secret-4711"


def test_the_catalog_lists_every_declared_tool(
    client: Client, sample: Sample, owner: psycopg.Connection
) -> None:
    whole = client(sample.credentials["viewer"]).get("/v1/connectors/catalog").json()["data"]
    free = client(create_service_key(owner, new_workspace(owner, "free"), "k", "viewer"))
    free_catalog = free.get("/v1/connectors/catalog").json()["data"]

    assert {tool["type"] for tool in whole} == set(CONNECTORS)
    assert all(tool["available"] for tool in whole)
    assert {tool["type"]: tool["proofs"]["described_by"] for tool in whole} == {
        name: proofs.described_by for name, proofs in read_labels().items()
    }
    assert {tool["proofs"]["pull"] for tool in whole} == {"yes", "not run"}
    assert {tool["type"] for tool in free_catalog if tool["available"]} == {
        name for name, tool in CONNECTORS.items() if tool.plan == "free"
    }


def test_every_plan_includes_what_lower_plans_include() -> None:
    for lower, higher in pairwise(PLANS_IN_ORDER):
        assert PLANS[lower].features <= PLANS[higher].features
        assert PLANS[lower].requests_per_minute < PLANS[higher].requests_per_minute
        assert all(is_included(higher, tool) for tool in CONNECTORS if is_included(lower, tool))


def test_a_secret_is_encrypted_and_in_no_response_and_no_log(
    client: Client, fresh_sample: Sample, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api = client(fresh_sample.credentials["owner"])
    made = api.post(
        "/v1/connectors",
        json={
            "type": "pagerduty",
            "display_name": "Pager",
            "credentials": {"api_token": SECRET},
            "webhook_secret": f"{SECRET}-hook",
        },
    )
    path = f"/v1/connectors/{made.json()['id']}"
    refused = api.patch(path, json={"credentials": {"api_token": SECRET, "other": SECRET}})
    responses = [
        made,
        refused,
        api.get(path),
        api.get("/v1/connectors"),
        api.patch(path, json={"display_name": "Pager 2"}),
        api.post(f"{path}/pause"),
        api.post(f"{path}/resume"),
        api.get(f"{path}/sync-runs"),
        client(read_metrics_token(settings())).get("/metrics"),
    ]

    assert (made.status_code, refused.status_code) == (201, 422)
    assert not [response.url for response in responses if SECRET in response.text]
    assert SECRET not in caplog.text
    assert made.json()["has_credentials"]
    assert made.json()["webhook_secret"] is None
    with database.workspace(fresh_sample.workspace_id) as session:
        row = session.row("select * from app.connector where type = 'pagerduty'")
        audit = session.rows("select details::text as details from app.audit_log")
    assert row is not None
    assert SECRET not in str(row) + str(audit)
    vault = Vault.of(settings().require("secret_key"))
    assert open_credentials(vault, row) == {"api_token": SECRET}


def test_an_invalid_configuration_is_refused_field_by_field(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["analyst"])

    unknown = api.post("/v1/connectors", json={"type": "telegraph", "display_name": "x"})
    incomplete = api.post(
        "/v1/connectors", json={"type": "pagerduty", "display_name": "x", "config": {"x": 1}}
    )

    assert unknown.json()["code"] == "unknown_connector_type"
    assert {error["pointer"] for error in incomplete.json()["errors"]} == {
        "/credentials/api_token",
        "/config/x",
    }


def test_a_plan_limits_types_and_number_of_connectors(client: Client, owner: psycopg.Connection) -> None:
    api = client(create_service_key(owner, new_workspace(owner, "free"), "k", "owner"))
    paid_type = next((name for name, tool in sorted(CONNECTORS.items()) if tool.plan != "free"), None)

    made = [
        api.post("/v1/connectors", json={"type": "custom_api", "display_name": f"c{n}"}) for n in range(4)
    ]

    assert [response.status_code for response in made] == [201, 201, 201, 403]
    assert made[3].json()["code"] == "plan_limit_reached"
    if paid_type:
        refused = api.post("/v1/connectors", json={"type": paid_type, "display_name": "x"})
        assert refused.json()["code"] == "plan_feature_missing"


def test_a_display_name_can_be_used_once(client: Client, fresh_sample: Sample) -> None:
    api, body = client(fresh_sample.credentials["analyst"]), {"type": "custom_api", "display_name": "Ours"}

    first, second = api.post("/v1/connectors", json=body), api.post("/v1/connectors", json=body)

    assert (first.status_code, second.status_code, second.json()["code"]) == (201, 409, "name_taken")


def test_a_sync_request_makes_an_active_connector_due(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, path = (
        client(fresh_sample.credentials["analyst"]),
        f"/v1/connectors/{fresh_sample.ids['connector_id']}",
    )
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update app.connector set next_poll_at = now() + interval '1 hour'")

    requested = api.post(f"{path}/sync")
    api.post(f"{path}/pause")
    paused = api.post(f"{path}/sync")

    assert requested.status_code == 202
    assert (paused.status_code, paused.json()["code"]) == (409, "connector_inactive")
    with database.workspace(fresh_sample.workspace_id) as session:
        row = session.row(
            "select next_poll_at <= now() as due from app.connector where connector_id = %s",
            (fresh_sample.ids["connector_id"],),
        )
    assert row == {"due": True}


def test_resuming_clears_an_error(client: Client, fresh_sample: Sample, database: Database) -> None:
    api, path = (
        client(fresh_sample.credentials["analyst"]),
        f"/v1/connectors/{fresh_sample.ids['connector_id']}",
    )
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update app.connector set status = 'error', status_reason = 'the key was withdrawn'")

    broken, resumed = api.get(path).json(), api.post(f"{path}/resume").json()

    assert (broken["status"], broken["status_reason"]) == ("error", "the key was withdrawn")
    assert (resumed["status"], resumed["status_reason"]) == ("active", None)


def test_a_connection_test_names_why_the_tool_does_not_respond(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    config = {"base_url": "http://127.0.0.1:9", "path": "/issues"}
    made = api.post(
        "/v1/connectors", json={"type": "custom_api", "display_name": uuid4().hex, "config": config}
    ).json()

    result = api.post(f"/v1/connectors/{made['id']}/test").json()

    assert result["ok"] is False
    assert "127.0.0.1" in result["detail"]


def test_deleting_a_connector_keeps_its_issues(client: Client, fresh_sample: Sample) -> None:
    api, path = (
        client(fresh_sample.credentials["admin"]),
        f"/v1/connectors/{fresh_sample.ids['connector_id']}",
    )

    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.get("/v1/issues").json()["page"]["total"] == 12


def test_creating_a_connector_completes_its_onboarding_step(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["owner"])
    before = api.get("/v1/workspace").json()["onboarding"]
    api.post("/v1/connectors", json={"type": "custom_api", "display_name": "first"})

    connected = api.get("/v1/workspace").json()["onboarding"]
    api.post("/v1/workspace/onboarding/skip", json={"step": "first_sync"})
    skipped = api.get("/v1/workspace").json()["onboarding"]

    assert before["current_step"] == "connect_source"
    assert (connected["current_step"], connected["completed_steps"][-1]) == ("first_sync", "connect_source")
    assert (skipped["current_step"], skipped["skipped_steps"]) == ("invite_members", ["first_sync"])
