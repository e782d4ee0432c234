"""Permissions: every operation for every kind of caller, with its own, another tenant's and a missing id."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
from fastapi import APIRouter

from api.access.permissions import build_role_table, requires
from api.main import load_routers
from api.operation import Operation
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.storage.database.session import Database
from tests.api.access.expected_roles import EXPECTED_ROLES
from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import PASSWORD, ROLES, Sample, make_sample, make_spare_row, restore_declaration
from tests.conftest import Installation
from tests.connectors.declared.written import DESK

OUTSIDERS = {
    "none": 401,
    "expired key": 401,
    "revoked key": 401,
    "stranger token": 401,
    "suspended token": 403,
    "cancelled organization": 403,
}
REQUIRED_ROLES = build_role_table(load_routers())
CALLERS = (*OUTSIDERS, *ROLES, "owner token", "other tenant's owner", "suspended organization")
BREAK_A_RULE = {"archive_workspace", "erase_workspace", "ingest_cloud_events", "leave_workspace"}
"""With the sample's bodies: the slug is another one, JSON alone is no CloudEvent, the last owner stays."""

CONCERN_OWN_ACCESS = {
    "change_password",
    "end_all_sessions",
    "end_session",
    "erase_workspace",
    "mark_notifications_seen",
    "replace_saved_views",
    "revoke_personal_key",
    "switch_workspace",
}
"""Allowed while an organization is suspended; a key has no password and no sessions."""

READ_BY_POST = {"ask_seen_before", "identify_failure"}
"""Questions that are too long for an address: they store nothing."""

OF_ONES_OWN = {"end_session", "revoke_personal_key", "rotate_personal_key"}
"""The sample's ids are of nobody's session or key."""

SPARE_ROWS = {
    "delete_connector": "connector_id",
    "delete_alert_rule": "rule_id",
    "remove_member": "user_id",
    "withdraw_correction": "correction_id",
}
QUERIES = {"search_everything": "?q=checkout", "upload_file": "?name=issues.json"}
"""What an operation cannot do without."""


def make_bodies(sample: Sample) -> dict[str, Any]:
    """A valid body for every operation that takes one."""
    return {
        "upload_file": [{"title": "It broke", "created_at": "2026-10-01T00:00:00Z"}],
        "change_upload": {"dates": "iso"},
        "start_import": {"display_name": uuid4().hex},
        "ask_seen_before": {"text": "It broke"},
        "identify_failure": {"text": "It broke"},
        "claim_failure": {"text": "It broke"},
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
        "answer_suggestion": {"same_cause": True},
        "record_closure_note": {"note": "the pool was too small"},
        "set_report_wish": {"by_email": False},
        "replace_saved_views": {"issues": [{"name": "mine", "filters": {"status": "open"}}]},
        "record_outcome": {"outcome": "prevented", "reason": "we fixed it"},
        "dismiss_prediction": {},
        "update_pattern": {"snoozed_until": None},
        "assign_pattern": {"user_id": None},
        "assign_recommendation": {"user_id": None},
        "decide_investigation": {"status": "dismissed"},
        "update_recommendation": {"step": 0, "step_done": True},
        "push_recommendation": {"connector_id": str(sample.ids["tracker_id"])},
        "create_connector": {"type": "custom_api", "display_name": uuid4().hex, "config": {}},
        "show_credential_receivers": {"type": "github", "config": {"repositories": ["acme/shop"]}},
        "test_unsaved_connector": {"type": "custom_api", "config": {}},
        "update_connector": {"poll_interval_seconds": 600},
        "create_alert_rule": {"name": "wake me", "channels": [{"type": "email", "to": "a@example.com"}]},
        "update_alert_rule": {"enabled": False},
        "snooze_alert_rule": {"until": None},
        "update_workspace": {"timezone": "Asia/Kathmandu"},
        "update_settings": {"alert_sensitivity": "high"},
        "skip_onboarding_step": {"step": "invite_members"},
        "complete_onboarding_step": {"step": "connect_source"},
        "invite_member": {"email": f"{uuid4().hex}@example.com"},
        "update_member": {"role": "viewer"},
        "create_service_account": {"name": "robot"},
        "rotate_service_account": {"overlap_hours": 1},
        "create_personal_key": {"name": "script"},
        "rotate_personal_key": {},
        "create_directory_token": {"overlap_hours": 1},
        "set_group_role": {"role": "viewer"},
        "create_workspace": {"slug": uuid4().hex, "name": "Another"},
        "update_organization": {"name": "Renamed"},
        "archive_workspace": {"slug": "another-one"},
        "erase_workspace": {"slug": "another-one"},
        "check_connector_declaration": {"written": DESK},
        "store_connector_declaration": {"written": DESK},
        "ingest_otlp_logs": {"resourceLogs": []},
        "ingest_otlp_metrics": {"resourceMetrics": []},
        "ingest_otlp_traces": {"resourceSpans": []},
        "ingest_cloud_events": {"message": "Nightly load failed"},
        "change_password": {"current_password": PASSWORD, "new_password": "a new and longer one"},
        "switch_workspace": {"workspace_id": str(sample.workspace_id)},
    }


def list_protected(contract: Contract) -> list[tuple[str, str, str]]:
    """(operation, method, path) of everything under /v1 that requires a role."""
    return sorted(
        (operation["operationId"], method, path + QUERIES.get(operation["operationId"], ""))
        for method, _, path, operation in contract.operations
        if path.startswith("/v1/") and REQUIRED_ROLES[operation["operationId"]] is not None
    )


def send(client: httpx2.Client, method: str, path: str, body: Any) -> httpx2.Response:
    """One request; of an event stream only the headers."""
    with client.stream(method, path, json=body) as response:
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            response.read()
        return response


def test_every_operation_requires_exactly_the_role_of_the_table() -> None:
    expected = {name: role for role, names in EXPECTED_ROLES.items() for name in names}

    assert expected == REQUIRED_ROLES


def test_every_operation_of_the_document_declares_its_role(contract: Contract) -> None:
    documented = {
        operation["operationId"] for *_, path, operation in contract.operations if path.startswith("/v1/")
    }

    assert documented == set(REQUIRED_ROLES)


def test_a_route_without_a_role_cannot_be_defined() -> None:
    router = APIRouter(prefix="/v1", route_class=Operation)

    async def read_secrets() -> dict[str, str]:
        return {}

    with pytest.raises(LookupError, match="read_secrets declares no role"):
        router.get("/secrets")(read_secrets)
    router.get("/secrets")(requires(Role.OWNER)(read_secrets))

    assert build_role_table([router]) == {"read_secrets": Role.OWNER}


def test_the_document_names_the_required_role(contract: Contract) -> None:
    documented = {
        operation["operationId"]: operation["x-least-role"]
        for *_, path, operation in contract.operations
        if path.startswith("/v1/")
    }

    assert documented == {
        name: role.name.lower() if role else "none" for name, role in REQUIRED_ROLES.items()
    }


def make_inactive_sample(installation: Installation, status: str) -> Sample:
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        sample = make_sample(owner, Database(installation.pipeline_url))
        owner.execute(
            "update app.organization set status = %s where organization_id = "
            "(select organization_id from app.workspace where workspace_id = %s)",
            (status, sample.workspace_id),
        )
        return sample


@pytest.fixture(scope="module")
def suspended(installation: Installation) -> Sample:
    """A workspace whose organization is suspended: it can be read."""
    return make_inactive_sample(installation, "suspended")


@pytest.fixture(scope="module")
def cancelled(installation: Installation) -> Sample:
    """A workspace whose organization is cancelled: nobody gets in."""
    return make_inactive_sample(installation, "cancelled")


def test_every_caller_gets_exactly_what_the_role_allows(
    contract: Contract,
    client: Client,
    sample: Sample,
    other_sample: Sample,
    suspended: Sample,
    cancelled: Sample,
    database: Database,
) -> None:
    credentials = {
        **sample.credentials,
        "none": None,
        "suspended organization": suspended.credentials["owner"],
        "cancelled organization": cancelled.credentials["owner"],
        "other tenant's owner": other_sample.credentials["owner"],
    }
    clients = {caller: client(credentials[caller]) for caller in CALLERS}
    wrong, cases = [], Counter[str]()
    for name, method, path in list_protected(contract):
        for caller in CALLERS:
            if (name, caller) == ("end_all_sessions", "owner token"):
                continue  # its session is needed further on
            for id_kind in ("own", "foreign", "absent") if "{" in path else ("own",):
                if "{declaration_name}" in path:
                    restore_declaration(sample)
                is_deleted = name in SPARE_ROWS and id_kind == "own"
                spare_id = make_spare_row(database, sample, SPARE_ROWS[name]) if is_deleted else None
                tenants = (sample, other_sample)
                if caller == "other tenant's owner":
                    tenants = (other_sample, sample)
                if caller == "suspended organization":
                    tenants = (suspended, other_sample)
                target = fill_path(path, tenants, id_kind, spare_id)
                body = make_bodies(tenants[0]).get(name)
                response = send(clients[caller], method, target, body)
                cases[caller] += 1
                allowed = CONCERN_OWN_ACCESS | READ_BY_POST
                if caller == "suspended organization" and method != "GET" and name not in allowed:
                    is_right = response.status_code == 403
                else:
                    is_right = is_expected(name, caller, id_kind, response.status_code)
                if not is_right:
                    wrong.append(f"{caller} {id_kind} {name}: {response.status_code}")

    assert not wrong
    assert sum(cases.values()) > 1_600


def fill_path(path: str, tenants: tuple[Sample, Sample], id_kind: str, spare_id: UUID | None) -> str:
    """The path with ids of the caller's tenant, of the other tenant, or of no tenant."""
    own, foreign = tenants
    names = {"own": own.declaration_name, "foreign": foreign.declaration_name, "absent": "nobodys_tool"}
    path = path.replace("{declaration_name}", names[id_kind])
    path = path.replace("{connector_type}", "jira" if id_kind == "own" else "nobodys_tool")
    ids = {"own": own.ids, "foreign": foreign.ids, "absent": {}}[id_kind]
    for name in {part[1:-1] for part in path.split("/") if part.startswith("{")}:
        path = path.replace(f"{{{name}}}", str(spare_id or ids.get(name) or uuid4()))
    return path


def is_expected(name: str, caller: str, id_kind: str, status: int) -> bool:
    """Whether a status is what the permissions say."""
    if caller in OUTSIDERS:
        return status == OUTSIDERS[caller]
    role = Role[caller.upper()] if caller in ROLES else Role.OWNER
    if role < (REQUIRED_ROLES[name] or Role.VIEWER):
        return status == 403
    if id_kind != "own" or name in OF_ONES_OWN:
        return status == 404
    if name in SPARE_ROWS and caller == "other tenant's owner":
        return status == 404  # the spare row belongs to the first tenant
    return status < 300 or status == 409 or (status == 422 and name in BREAK_A_RULE)


def test_an_id_of_another_tenant_looks_exactly_like_a_missing_one(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    viewer = client(sample.credentials["owner"])
    paths = {
        "issue_id": "/v1/issues/{}",
        "pattern_id": "/v1/patterns/{}",
        "old_pattern_id": "/v1/patterns/{}/lineage",
        "connector_id": "/v1/connectors/{}",
        "prediction_id": "/v1/predictions/{}",
        "recommendation_id": "/v1/recommendations/{}",
    }
    for name, path in paths.items():
        foreign, absent = (viewer.get(path.format(row_id)) for row_id in (other_sample.ids[name], uuid4()))
        problems = [
            {key: value for key, value in response.json().items() if key not in {"instance", "trace_id"}}
            for response in (foreign, absent)
        ]

        assert problems[0] == problems[1]
        assert foreign.status_code == 404
