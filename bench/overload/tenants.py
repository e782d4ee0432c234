"""Who attacks, and whom it must not reach: workspaces, credentials, and what the attacks need in them."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import psycopg

from bench.data.stored_workspace import create_stored_workspace
from causeloop_pipeline.storage.app.tenants import (
    create_organization,
    create_service_key,
    create_workspace,
)

SLOW_PATTERN = "(.*){1000}"
USUAL_PATTERN = r"(?:[a-z]+[0-9]*[ .:-]?){1,40}(\\w+Error)"
"""Within the bounds of declarations, and slow enough for a table of states that grows too large."""

DECLARATION = """
name: flood
title: Flood
webhook:
  signatures: [{{hmac_signature: x-flood-signature}}]
  events:
    - {{record: records, schema: {{key: id, updated_at: at}}}}
issues:
  - name: flood
    title: a
    service: {{match: {{of: a, pattern: "{pattern}"}}}}
    team: {{match: {{of: a, pattern: "{pattern}"}}}}
    environment: {{match: {{of: a, pattern: "{pattern}"}}}}
    error_type: {{match: {{of: a, pattern: "{pattern}"}}}}
    source_created_at: at
"""

MOVE_WORKSPACE = "update app.workspace set organization_id = %s where workspace_id = %s"


@dataclass
class Tenants:
    """Credentials, by who holds them."""

    victim: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    """An owner of an enterprise workspace."""
    directory: str = field(default="", repr=False)
    free: list[str] = field(default_factory=list, repr=False)
    """Analysts of two workspaces of the free plan."""
    connector_id: str = ""
    secret: str = field(default="", repr=False)
    """The webhook of the first of them."""
    issue_id: str = ""
    user_id: str = ""


def make_tenants(superuser_url: str, port: int, issues: int) -> Tenants:
    """Two enterprise workspaces of so many issues or of none, and two of the free plan."""
    with psycopg.connect(superuser_url, autocommit=True) as owner:
        if issues:
            attacker, victim = (
                create_stored_workspace(superuser_url, size) for size in (issues, issues // 4)
            )
            apart = create_organization(owner, "attacker", "Attacker", "enterprise", 100)
            owner.execute(MOVE_WORKSPACE, (apart, attacker))
        else:
            attacker, victim = (_make_workspace(owner, name, "enterprise") for name in ("attacker", "victim"))
        tenants = Tenants(_make_key(owner, victim, "owner"), _make_key(owner, attacker, "owner"))
        for number in range(2):
            workspace = _make_workspace(owner, f"free-{number}", "free")
            tenants.free.append(_make_key(owner, workspace, "analyst"))
        tenants.issue_id = _find_issue(owner, attacker)
    _prepare_directory(port, tenants)
    _prepare_webhook(port, tenants)
    return tenants


def _make_key(owner: psycopg.Connection, workspace_id: UUID, role: str) -> str:
    return create_service_key(owner, workspace_id, f"overload {role}", role)


def _make_workspace(owner: psycopg.Connection, name: str, plan: str) -> UUID:
    organization = create_organization(owner, f"overload-{name}", name, plan, 100)
    return create_workspace(owner, organization, "main", name, "UTC")


def _find_issue(owner: psycopg.Connection, workspace_id: UUID) -> str:
    row = owner.execute(
        "select issue_id from core.issue where workspace_id = %s and body is not null limit 1",
        (workspace_id,),
    ).fetchone()
    return str(row[0]) if row else str(UUID(int=0))


def _prepare_directory(port: int, tenants: Tenants) -> None:
    with _connect(port, tenants.key) as api:
        tenants.directory = api.post("/v1/directory/token", json={}).json()["token"]
    with _connect(port, tenants.directory) as provider:
        for number in range(30):
            made = provider.post("/scim/v2/Users", json=make_person(number, emails=1))
            made.raise_for_status()
            tenants.user_id = made.json()["id"]


def make_person(number: int, emails: int) -> dict[str, Any]:
    """A person as an identity provider describes one."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": f"person-{number}@overload.example",
        "name": {"givenName": "Person", "familyName": str(number)},
        "emails": [{"value": f"{n}-{number}@overload.example", "type": "work"} for n in range(emails)],
        "active": True,
    }


def _prepare_webhook(port: int, tenants: Tenants) -> None:
    """A declared connector of the free plan; the harmless pattern, where the slow one is refused."""
    with _connect(port, tenants.free[0]) as api:
        for pattern in (SLOW_PATTERN, USUAL_PATTERN):
            written = DECLARATION.format(pattern=pattern)
            if api.post("/v1/connector-declarations", json={"written": written}).status_code == 201:
                break
        made = api.post(
            "/v1/connectors", json={"type": "custom_api", "declaration": "flood", "display_name": "Flood"}
        )
        assert made.status_code == 201, made.text
        tenants.connector_id, tenants.secret = made.json()["id"], made.json()["webhook_secret"]


def _connect(port: int, credential: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {credential}"}
    return httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=120)


def read_document(port: int) -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(json.loads(httpx2.get(f"http://127.0.0.1:{port}/openapi.json", timeout=60).content))
