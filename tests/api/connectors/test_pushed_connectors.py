"""Connectors that are only pushed to: nothing is polled, and what arrives, or is refused, is counted."""

import json
import re
import time
from typing import Any

from api.connectors.setup import generate_webhook_secret
from causeloop_pipeline.storage.app.connectors import read_due_connectors
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.ingest.test_webhooks import Hook
from tests.api.sample import Sample
from tests.conftest import Installation
from tests.support.normalizing import normalize, normalizer


def make(client: Client, sample: Sample, **setup: Any) -> dict[str, Any]:
    api = client(sample.credentials["analyst"])
    made = api.post("/v1/connectors", json={"display_name": "Alerts", **setup})
    assert made.status_code == 201, made.text
    return dict(made.json())


def test_a_tool_that_only_pushes_needs_no_address_and_is_never_due(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    made = make(client, fresh_sample, type="prometheus_alertmanager", push_only=True)
    assert (made["status"], made["push_only"], made["deliveries"]) == ("active", True, None)
    assert made["webhook_secret"]
    with database.every_workspace() as session:
        assert made["id"] not in {str(due.connector_id) for due in read_due_connectors(session)}
    api = client(fresh_sample.credentials["analyst"])
    refused = api.post(f"/v1/connectors/{made['id']}/sync")
    assert "nothing is polled" in refused.json()["detail"]


def test_a_type_without_anything_to_poll_is_never_due(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    made = make(client, fresh_sample, type="custom_api")
    assert made["push_only"]
    with database.every_workspace() as session:
        assert made["id"] not in {str(due.connector_id) for due in read_due_connectors(session)}


def test_deliveries_are_counted_with_what_they_became(client: Client, fresh_sample: Sample) -> None:
    made = make(client, fresh_sample, type="custom_api")
    api = client(fresh_sample.credentials["analyst"])
    hook = Hook(f"/v1/webhooks/inbound/{made['id']}", made["webhook_secret"])
    for body in (b'{"title": "x", "external_id": "1"}', b'{"title": "y", "external_id": "2"}', b"{}"):
        assert hook.send(client(), body).status_code == 202
    assert hook.send(client(), b'{"title": "z"}', signature="wrong").status_code == 401
    deadline = time.monotonic() + 20
    while True:
        counted = api.get(f"/v1/connectors/{made['id']}").json()["deliveries"]
        if counted["refused"] or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert (counted["accepted"], counted["refused"], counted["refused_for"]) == (3, 1, "signature")
    assert (counted["records"], counted["changed"], counted["quarantined"]) == (3, 2, 1)
    listed = api.get("/v1/connectors").json()["data"]
    assert next(row for row in listed if row["id"] == made["id"])["deliveries"]["accepted"] == 3


def test_what_is_not_a_failure_is_counted_with_the_reason_wherever_that_showed(
    client: Client, fresh_sample: Sample, database: Database, installation: Installation
) -> None:
    made = make(client, fresh_sample, type="jenkins", push_only=True)
    hook = Hook(f"/v1/webhooks/inbound/{made['id']}", made["webhook_secret"])
    for number, (phase, status) in enumerate(
        (("STARTED", None), ("FINALIZED", "ABORTED"), ("FINALIZED", "SUCCESS"), ("FINALIZED", "FAILURE"))
    ):
        address = f"https://ci.acme.example/job/shop/{number}/"
        build = {"full_url": address, "number": number, "phase": phase, "status": status}
        body = {"name": "shop", "build": {**build, "timestamp": 1772341200000}}
        assert hook.send(client(), json.dumps(body).encode()).status_code == 202
    normalize(database, normalizer(installation.pipeline_url), fresh_sample.workspace_id)
    api = client(fresh_sample.credentials["analyst"])
    expected = {
        "a ping, or a state of which the type lands none": 1,
        "build.status is aborted": 1,
        "a success of a job": 1,
    }
    assert api.get(f"/v1/connectors/{made['id']}").json()["no_failures"] == expected
    listed = api.get("/v1/connectors").json()["data"]
    assert next(row for row in listed if row["id"] == made["id"])["no_failures"] == expected


def test_a_tool_without_webhooks_cannot_only_be_pushed_to(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    body = {"type": "drop_folder", "display_name": "x", "push_only": True}
    refused = api.post("/v1/connectors", json=body)
    assert refused.status_code == 422
    assert "sends no webhooks" in refused.json()["detail"]


def test_a_webhook_secret_is_a_key_that_every_sdk_takes_in_a_dsn() -> None:
    assert all(re.fullmatch(r"\w{64}", generate_webhook_secret(), re.ASCII) for _ in range(50))
