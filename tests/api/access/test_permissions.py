"""Every operation, for every kind of caller, with an own, a foreign and an absent id."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest

from api.access.permissions import LEAST_ROLE
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import ROLES, Sample, make_sample, spare
from tests.conftest import Installation

OUTSIDERS = {
    "none": 401,
    "expired key": 401,
    "revoked key": 401,
    "stranger token": 401,
    "suspended token": 403,
    "suspended organization": 403,
}
CALLERS = (*OUTSIDERS, *ROLES, "owner token", "other tenant's owner")
FRESH = {"delete_connector": "connector_id", "delete_alert_rule": "rule_id"}


def bodies(sample: Sample) -> dict[str, Any]:
    """A valid body for every operation that takes one."""
    return {
        "create_issue": {"title": "It broke", "service": "checkout"},
        "update_issue": {"status": "mitigating"},
        "ingest_event": {"title": "It broke", "external_id": uuid4().hex},
        "ingest_batch": {"events": [{"title": "It broke", "external_id": uuid4().hex}]},
        "ingest_change": {"title": "checkout 4.12", "external_id": uuid4().hex},
        "ingest_change_batch": {"changes": [{"title": "checkout 4.12", "external_id": uuid4().hex}]},
        "link_pattern": {"pattern_id": str(sample.ids["pattern_id"])},
        "unlink_pattern": {"pattern_id": str(sample.ids["other_pattern_id"])},
        "merge_patterns": {"pattern_ids": [str(sample.ids["other_pattern_id"])]},
        "split_pattern": {"issue_ids": [str(sample.issues[6])]},
        "confirm_pattern": {"together": True},
        "record_closure_note": {"note": "the pool was too small"},
        "record_outcome": {"outcome": "prevented", "reason": "we fixed it"},
        "dismiss_prediction": {},
        "update_recommendation": {"step": 0, "step_done": True},
        "push_recommendation": {"connector_id": str(sample.ids["tracker_id"])},
        "create_connector": {"type": "custom_api", "display_name": uuid4().hex, "config": {}},
        "update_connector": {"poll_interval_seconds": 600},
        "create_alert_rule": {"name": "wake me", "channels": [{"type": "email", "to": "a@example.com"}]},
        "update_alert_rule": {"enabled": False},
        "snooze_alert_rule": {"until": "2030-01-01T00:00:00Z"},
        "update_workspace": {"timezone": "Asia/Kathmandu"},
        "update_settings": {"alert_sensitivity": "high"},
        "skip_onboarding_step": {"step": "invite_members"},
        "invite_member": {"email": f"{uuid4().hex}@example.com"},
        "update_member": {"role": "viewer"},
        "create_service_account": {"name": "robot"},
    }


def guarded(contract: Contract) -> list[tuple[str, str, str]]:
    """(operation, method, path) of everything under /v1 that takes a role."""
    return sorted(
        (operation["operationId"], method, path)
        for method, _, path, operation in contract.operations
        if path.startswith("/v1/") and LEAST_ROLE[operation["operationId"]] is not None
    )


def call(client: httpx2.Client, method: str, path: str, body: Any) -> httpx2.Response:
    """One request; of an endless answer only the beginning."""
    with client.stream(method, path, json=body) as response:
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            response.read()
        return response


def test_every_operation_has_a_least_role_and_every_row_an_operation(contract: Contract) -> None:
    known = {
        operation["operationId"] for *_, path, operation in contract.operations if path.startswith("/v1/")
    }

    assert known == set(LEAST_ROLE)


def test_the_document_tells_the_least_role(contract: Contract) -> None:
    told = {
        operation["operationId"]: operation["x-least-role"]
        for *_, path, operation in contract.operations
        if path.startswith("/v1/")
    }

    assert told == {name: role.name.lower() if role else "none" for name, role in LEAST_ROLE.items()}


@pytest.fixture(scope="module")
def suspended(installation: Installation) -> Sample:
    """A workspace whose organization is suspended."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        made = make_sample(owner, Database(installation.pipeline_url))
        owner.execute(
            "update app.organization set status = 'suspended' where organization_id = "
            "(select organization_id from app.workspace where workspace_id = %s)",
            (made.workspace_id,),
        )
        return made


def test_every_caller_gets_exactly_what_the_table_allows(
    contract: Contract,
    client: Client,
    sample: Sample,
    other_sample: Sample,
    suspended: Sample,
    database: Database,
) -> None:
    credentials = {
        **sample.credentials,
        "none": None,
        "suspended organization": suspended.credentials["owner"],
        "other tenant's owner": other_sample.credentials["owner"],
    }
    clients = {caller: client(credentials[caller]) for caller in CALLERS}
    wrong, cases = [], Counter[str]()
    for name, method, path in guarded(contract):
        for caller in CALLERS:
            for whose in ("own", "foreign", "absent") if "{" in path else ("own",):
                fresh = spare(database, sample, FRESH[name]) if name in FRESH and whose == "own" else None
                target = filled(path, sample, other_sample, caller, whose, fresh)
                body = bodies(other_sample if caller == "other tenant's owner" else sample).get(name)
                response = call(clients[caller], method, target, body)
                cases[caller] += 1
                if not as_expected(name, caller, whose, response.status_code):
                    wrong.append(f"{caller} {whose} {name}: {response.status_code}")

    assert not wrong
    assert sum(cases.values()) > 1_600


def filled(path: str, sample: Sample, other: Sample, caller: str, whose: str, fresh: UUID | None) -> str:
    """The path with its ids, as they look from the caller's side."""
    mine, theirs = (other, sample) if caller == "other tenant's owner" else (sample, other)
    ids = {"own": mine.ids, "foreign": theirs.ids, "absent": {}}[whose]
    for name in {part[1:-1] for part in path.split("/") if part.startswith("{")}:
        path = path.replace(f"{{{name}}}", str(fresh or ids.get(name) or uuid4()))
    return path


def as_expected(name: str, caller: str, whose: str, status: int) -> bool:
    """Whether a status is what the table of permissions promises."""
    if caller in OUTSIDERS:
        return status == OUTSIDERS[caller]
    role = Role[caller.upper()] if caller in ROLES else Role.OWNER
    if role < (LEAST_ROLE[name] or Role.VIEWER):
        return status == 403
    if whose != "own":
        return status == 404
    if name in FRESH and caller == "other tenant's owner":
        return status == 404  # the fresh row is ours
    return status < 300 or status == 409


def test_a_foreign_id_answers_exactly_like_an_absent_one(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    ours = client(sample.credentials["owner"])
    paths = {
        "issue_id": "/v1/issues/{}",
        "pattern_id": "/v1/patterns/{}",
        "old_pattern_id": "/v1/patterns/{}/lineage",
        "connector_id": "/v1/connectors/{}",
        "prediction_id": "/v1/predictions/{}",
        "recommendation_id": "/v1/recommendations/{}",
    }
    for name, path in paths.items():
        foreign, absent = (ours.get(path.format(known)) for known in (other_sample.ids[name], uuid4()))
        told = [
            {key: value for key, value in answer.json().items() if key not in {"instance", "trace_id"}}
            for answer in (foreign, absent)
        ]

        assert told[0] == told[1]
        assert foreign.status_code == 404
