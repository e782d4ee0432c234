"""A workspace whose members an identity provider keeps."""

from uuid import UUID

import httpx2
import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client
from tests.api.directory.payloads import connect
from tests.api.people import new_person
from tests.conftest import new_workspace


@pytest.fixture
def workspace(owner: psycopg.Connection) -> UUID:
    """A workspace of a growth organization with an owner."""
    workspace_id = new_workspace(owner)
    new_person(owner, workspace_id, "owner")
    return workspace_id


@pytest.fixture
def boss(client: Client, owner: psycopg.Connection, workspace: UUID) -> httpx2.Client:
    """An owner's key."""
    return client(create_service_key(owner, workspace, "k", "owner"))


@pytest.fixture
def provider(api_url: str, boss: httpx2.Client) -> httpx2.Client:
    """An identity provider with the workspace's token."""
    token = boss.post("/v1/directory/token", json={}).json()["token"]
    return connect(api_url, token)
