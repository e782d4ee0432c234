"""The setup of a workspace follows what really occurred."""

import psycopg

from causeloop_pipeline.model.tenancy import SetupStep
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import new_workspace

PATH = "/v1/workspace/onboarding"


def test_a_step_is_completed_only_when_what_it_asks_for_is_there(
    client: Client, owner: psycopg.Connection
) -> None:
    api = client(create_service_key(owner, new_workspace(owner), "k", "admin"))
    before = api.get(PATH).json()
    too_early = [api.post(f"{PATH}/complete", json={"step": step["name"]}) for step in before["steps"][1:]]
    api.post("/v1/issues", json={"title": "It broke", "service": "checkout"})
    completed = api.post(f"{PATH}/complete", json={"step": "first_sync"}).json()

    assert [step["status"] for step in before["steps"]] == ["completed"] + ["open"] * 4
    assert {(answer.status_code, answer.json()["code"]) for answer in too_early} == {(409, "step_not_done")}
    assert (completed["current_step"], completed["steps"][2]["status"]) == ("connect_source", "completed")


def test_a_skipped_step_that_happens_later_is_completed(client: Client, owner: psycopg.Connection) -> None:
    api = client(create_service_key(owner, new_workspace(owner), "k", "admin"))
    skipped = api.post(f"{PATH}/skip", json={"step": "connect_source"}).json()
    api.post("/v1/connectors", json={"type": "custom_api", "display_name": "first"})
    occurred = api.get(PATH).json()

    assert (skipped["current_step"], skipped["steps"][1]["status"]) == ("first_sync", "skipped")
    assert occurred["steps"][1] == {"name": "connect_source", "status": "completed", "has_occurred": True}


def test_a_first_sync_completes_its_steps_once_and_does_not_return_to_a_skipped_one(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["admin"])
    api.post("/v1/connectors", json={"type": "custom_api", "display_name": "first"})
    api.post(f"{PATH}/skip", json={"step": "invite_members"})
    for _ in range(2):
        with database.workspace(fresh_sample.workspace_id) as session:
            session.execute(
                "select app.complete_steps(%s, '{connect_source,first_sync}', %s)",
                (fresh_sample.workspace_id, list(SetupStep)),
            )
    state = api.get("/v1/workspace").json()["onboarding"]

    assert state["completed_steps"] == ["create_workspace", "connect_source", "first_sync"]
    assert state["current_step"] == "create_alert_rule"
