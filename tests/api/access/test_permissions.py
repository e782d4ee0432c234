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
from tests.api.access.bodies import QUERIES, make_bodies
from tests.api.access.expected_roles import EXPECTED_ROLES
from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import ROLES, Sample, make_sample, make_spare_row, restore_declaration
from tests.conftest import Installation

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
BREAK_A_RULE = {
    "archive_workspace",
    "erase_workspace",
    "fetch_code_owners",
    "ingest_cloud_events",
    "leave_workspace",
    "set_up_slack",
}
"""With the sample's bodies: the slug is another one, the tracker is not a tool with CODEOWNERS, JSON alone is
not a CloudEvent, the last owner stays, the token is not one of Slack's."""

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

READ_BY_POST = {"ask_seen_before", "fetch_code_owners", "identify_failure"}
"""Questions that are too long for an address: they store nothing."""

OF_ONES_OWN = {"end_session", "revoke_personal_key", "rotate_personal_key"}
"""The sample's ids are of nobody's session or key."""

SPARE_ROWS = {
    "delete_connector": "connector_id",
    "delete_alert_rule": "rule_id",
    "remove_member": "user_id",
    "withdraw_correction": "correction_id",
    "withdraw_feedback": "feedback_id",
    "withdraw_expectation": "expectation_id",
    "delete_postmortem": "postmortem_id",
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
    """A workspace whose organization is cancelled: nobody can sign in."""
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
            # Who is not let in at all is refused before anybody reads the path.
            has_kinds = "{" in path and caller not in OUTSIDERS
            for id_kind in ("own", "foreign", "absent") if has_kinds else ("own",):
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
    names_in_path = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    for name in names_in_path:
        spare = spare_id if name == names_in_path[-1] else None  # the row itself, not what it belongs to
        path = path.replace(f"{{{name}}}", str(spare or ids.get(name) or uuid4()))
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
