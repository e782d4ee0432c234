"""A connector of a declaration, whose credentials its owner has entered, and what may be done with it."""

from typing import Any
from uuid import UUID

import httpx2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.stages.installation import Installation as Stages
from causeloop_pipeline.stages.landing import sync
from causeloop_pipeline.storage.app.connector_credentials import CREDENTIALS
from causeloop_pipeline.storage.app.connectors import read_active_connector
from causeloop_pipeline.storage.app.unreadable_credentials import disable_unreadable_connectors
from causeloop_pipeline.storage.app.vault import SecretError
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.secrets.key_ring import open_vault
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.support.fake_tool import ReceivedRequest, Reply

DECLARATIONS = "/v1/connector-declarations"
SECRETS = {"client_id": "planted-client-id", "client_secret": "planted-client-secret"}
OWN = """
name: {name}
title: Acme
base_url: {base_url}
credentials:
{credentials}
auth: {auth}
pulls:
  - name: tickets
    path: /tickets
    records: items
    pages: {{one_page: {{}}}}
    schema: {{key: id, updated_at: at}}
issues:
  - {{name: ticket, title: subject, source_created_at: at}}
"""
OAUTH = "{{oauth2: {{token_url: {token_url}, template: '{template}'}}}}"


def write_oauth(name: str, base_url: str, token_url: str = "/token", template: str = "Bearer {token}") -> str:
    """A declaration whose tokens come from `token_url`."""
    auth = OAUTH.format(token_url=token_url, template=template)
    return write(name, base_url, auth, "client_id", "client_secret")


def write(name: str, base_url: str, auth: str, *credentials: str) -> str:
    """A declaration with this authentication."""
    listed = "\n".join(f"  - {{name: {field}, title: {field}}}" for field in credentials)
    return OWN.format(name=name, base_url=base_url, auth=auth, credentials=listed)


def answer(request: ReceivedRequest) -> Reply:
    """A tool that gives a token to everybody, and one ticket."""
    if "token" in request.path:
        return Reply({"access_token": "t1", "token": "t1", "expires_in": 3600})
    return Reply({"items": [{"id": 1, "subject": "Timeout", "at": "2026-03-01T00:00:00Z"}]})


class Own:
    """A connector of a declaration, whose credentials the owner has entered."""

    def __init__(
        self, client: Client, sample: Sample, written: str, name: str, credentials: dict[str, str]
    ) -> None:
        self.owner = client(sample.credentials["owner"])
        self.analyst = client(sample.credentials["analyst"])
        self.name, self.workspace_id, self.credentials = name, sample.workspace_id, credentials
        stored = self.owner.post(DECLARATIONS, json={"written": written})
        assert stored.status_code == 201, stored.text
        new = {"type": "custom_api", "declaration": name, "display_name": name, "credentials": credentials}
        made = self.owner.post("/v1/connectors", json=new)
        assert made.status_code == 201, made.text
        self.path = f"/v1/connectors/{made.json()['id']}"

    def redeclare(self, written: str) -> httpx2.Response:
        """The analyst stores the declaration again."""
        return self.analyst.post(DECLARATIONS, json={"written": written})

    def try_everything(self, database: Database) -> dict[str, Any]:
        """Test and poll it, as people and the pipeline would; what the test answered."""
        tested = dict(self.analyst.post(f"{self.path}/test").json())
        self.analyst.post(f"{self.path}/resume")
        poll(database, self.workspace_id, self.path)
        return tested


def poll(database: Database, workspace_id: UUID, path: str) -> None:
    """What the pipeline does with a connector that is due."""
    stages, connector_id = Stages(), UUID(path.rpartition("/")[2])
    with database.workspace(workspace_id) as session:
        try:
            configured = read_active_connector(session, stages.vault, workspace_id, connector_id)
        except SecretError:
            row = session.row("select type from app.connector where connector_id = %s", (connector_id,))
            assert row is not None
            assert connector_id in disable_unreadable_connectors(
                session, stages.vault, row["type"], [workspace_id]
            )
            return
    if configured is not None:
        sync(stages, CONNECTORS[configured.type], configured, None)


def read_row(database: Database, workspace_id: UUID, path: str) -> dict[str, Any]:
    with database.workspace(workspace_id) as session:
        row = session.row("select * from app.connector where connector_id = %s", (path.rpartition("/")[2],))
    assert row is not None
    return row


def make_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def seal_as_before(database: Database, own: Own, origin: str) -> None:
    """Store the credentials as the versions before did: bound to the base address alone."""
    row = read_row(database, own.workspace_id, own.path)
    sealed = open_vault().seal(SECRETS, own.workspace_id, row["connector_id"], CREDENTIALS, origin)
    with database.workspace(own.workspace_id) as session:
        session.execute(
            "update app.connector set credentials = %s, credential_receivers = null where connector_id = %s",
            (sealed, row["connector_id"]),
        )
