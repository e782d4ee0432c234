"""Agents that sign a person in by OAuth: the whole dance by the SDK's client, and refused tokens."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx2
import jwt
import orjson
import psycopg
import pytest
from mcp import Client as Agent
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from api.main import create_app
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from causeloop_pipeline.storage.database.session import Database
from tests.api.agents.authorization_server import AuthorizationServer, running_authorization_server
from tests.api.conftest import NO_CERTIFICATES, serving
from tests.api.oidc_issuer import take_key
from tests.api.sample import Sample
from tests.conftest import Installation, new_workspace

RETURN = "http://127.0.0.1:1/callback"
LIST_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
MESSAGE = {"accept": "application/json, text/event-stream", "content-type": "application/json"}


@dataclass
class Trusting:
    """An installation that trusts an authorization server, and a member whom that server knows."""

    url: str
    server: AuthorizationServer
    workspace_id: UUID
    user_id: UUID

    @property
    def resource(self) -> str:
        """What a token is for."""
        return f"{self.url}/mcp"

    def send(self, token: str, path: str = "/mcp") -> httpx2.Response:
        """List the tools with a token."""
        headers = MESSAGE | {"authorization": f"Bearer {token}"}
        return httpx2.post(f"{self.url}{path}", json=LIST_TOOLS, headers=headers, timeout=60)

    def token(self, **claims: Any) -> str:
        """A token that is accepted, but for these claims."""
        return self.server.token(self.resource, **claims)


@pytest.fixture
def trusting(
    monkeypatch: pytest.MonkeyPatch,
    owner: psycopg.Connection,
    installation: Installation,
    fresh_sample: Sample,
) -> Iterator[Trusting]:
    """An installation that trusts an authorization server."""
    with running_authorization_server() as server, serving(create_app()) as url:
        monkeypatch.setattr(settings(), "oidc_issuer", server.url)
        monkeypatch.setattr(settings(), "public_url", url)
        server.subject = uuid4().hex
        user_id = create_user(owner, f"{server.subject}@example.com", "P")
        owner.execute("update app.users set external_id = %s where user_id = %s", (server.subject, user_id))
        add_member(owner, fresh_sample.workspace_id, user_id, "analyst")
        yield Trusting(url, server, fresh_sample.workspace_id, user_id)


class Memory:
    """What a client remembers of a server."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


def dance(address: str, *calls: tuple[str, dict[str, Any]]) -> tuple[set[str], list[Any]]:
    """What the SDK's client gets, which begins with no credentials: the tools, and the results of calls."""
    answers: list[str] = []

    async def visit(authorization_url: str) -> None:
        async with httpx2.AsyncClient() as browser:
            answers.append((await browser.get(authorization_url)).headers["location"])

    async def return_to_client() -> AuthorizationCodeResult:
        query = parse_qs(urlsplit(answers.pop()).query)
        return AuthorizationCodeResult(code=query["code"][0], state=query["state"][0])

    metadata = OAuthClientMetadata(
        client_name="test agent",
        redirect_uris=[AnyUrl(RETURN)],
        grant_types=["authorization_code", "refresh_token"],
    )

    async def run() -> tuple[set[str], list[Any]]:
        auth = OAuthClientProvider(address, metadata, Memory(), visit, return_to_client)
        async with (
            httpx2.AsyncClient(auth=auth, timeout=60, verify=NO_CERTIFICATES) as http,
            Agent(streamable_http_client(address, http_client=http)) as agent,
        ):
            names = {tool.name for tool in (await agent.list_tools()).tools}
            return names, [await agent.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(run())


def test_the_sdks_client_signs_a_person_in_and_works_under_their_role(
    trusting: Trusting, fresh_sample: Sample, database: Database
) -> None:
    names, results = dance(f"{trusting.url}/mcp", ("find_patterns", {"query": fresh_sample.canary}))

    assert {"seen_before", "claim_fix"} <= names
    assert fresh_sample.canary in results[0].content[0].text
    with database.workspace(fresh_sample.workspace_id) as session:
        entries = session.rows(
            "select actor, action from app.audit_log where actor = %s", (f"user:{trusting.user_id}",)
        )
    assert "session.started" in {entry["action"] for entry in entries}


def test_the_address_of_a_workspace_is_a_resource_of_its_own(
    trusting: Trusting, owner: psycopg.Connection
) -> None:
    other = new_workspace(owner)
    add_member(owner, other, trusting.user_id, "viewer")

    unsure = trusting.send(trusting.token())
    names, _ = dance(f"{trusting.url}/mcp/{other}")

    assert (unsure.status_code, unsure.json()["code"]) == (422, "workspace_required")
    assert "seen_before" in names
    assert "claim_fix" not in names  # a viewer there


def test_a_token_that_may_only_read_lists_and_calls_no_tool_that_writes(trusting: Trusting) -> None:
    trusting.server.scopes = ["causeloop:read"]

    names, (result,) = dance(f"{trusting.url}/mcp", ("claim_fix", {"recommendation_id": str(uuid4())}))

    assert "seen_before" in names
    assert "claim_fix" not in names
    assert orjson.loads(result.content[0].text)["code"] == "no_such_tool"


def test_without_a_token_a_client_learns_where_to_get_one(trusting: Trusting) -> None:
    refused = httpx2.post(f"{trusting.url}/mcp", json=LIST_TOOLS, headers=MESSAGE)
    challenge = refused.headers["www-authenticate"]
    address = challenge.partition('resource_metadata="')[2].partition('"')[0]
    metadata = httpx2.get(address).json()

    assert refused.status_code == 401
    assert "error=" not in challenge
    assert metadata["resource"] == trusting.resource
    assert metadata["authorization_servers"] == [trusting.server.url]
    assert metadata["scopes_supported"] == ["causeloop:read", "causeloop:write"]


def test_tokens_that_are_forged_old_or_meant_for_others_are_refused(
    trusting: Trusting, owner: psycopg.Connection
) -> None:
    server = trusting.server
    claims = jwt.decode(trusting.token(), options={"verify_signature": False})
    header = {"kid": server.key_id, "typ": "at+jwt"}
    other = new_workspace(owner)
    refused = {
        "signed by another key": jwt.encode(claims, take_key(), "RS256", headers=header),
        "signed with the published key as a secret": jwt.encode(claims, "x" * 64, "HS256", headers=header),
        "of an unknown key": jwt.encode(claims, server.key, "RS256", headers=header | {"kid": "another"}),
        "an identity token": jwt.encode(claims, server.key, "RS256", headers=header | {"typ": "id+jwt"}),
        "expired": trusting.token(iat=1_000_000_000, exp=1_000_000_600),
        "valid for years": trusting.token(exp=4_000_000_000),
        "without an end": trusting.token(exp=None),
        "of nobody": trusting.token(sub=None),
        "of another issuer": trusting.token(iss="https://other.example"),
        "for another installation": server.token("https://other.example/mcp"),
        "for the whole API": server.token(trusting.url),
        "for another workspace's address": server.token(f"{trusting.resource}/{other}"),
        "of a person nobody knows": trusting.token(sub=uuid4().hex),
    }

    statuses = {name: trusting.send(token).status_code for name, token in refused.items()}

    assert statuses == dict.fromkeys(refused, 401)
    assert 'error="invalid_token"' in trusting.send(refused["expired"]).headers["www-authenticate"]


def test_a_token_without_a_scope_is_refused_with_the_scopes_it_needs(trusting: Trusting) -> None:
    refused = trusting.send(trusting.token(scope="openid email"))

    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    assert 'scope="causeloop:read causeloop:write"' in refused.headers["www-authenticate"]


def test_a_token_opens_no_workspace_that_its_person_is_not_in(
    trusting: Trusting, sample: Sample, owner: psycopg.Connection
) -> None:
    token = trusting.token()

    assert trusting.send(token, f"/mcp/{sample.workspace_id}").status_code == 403
    assert sample.canary not in trusting.send(token).text
    key = sample.credentials["analyst"]
    assert trusting.send(key, f"/mcp/{trusting.workspace_id}").status_code == 403

    owner.execute("update app.membership set status = 'suspended' where user_id = %s", (trusting.user_id,))
    assert trusting.send(token).status_code == 403


def test_a_session_that_a_person_ended_stays_ended_whatever_its_token_says(
    trusting: Trusting, owner: psycopg.Connection
) -> None:
    token = trusting.token()
    assert trusting.send(token).status_code == 200

    owner.execute("update app.session set ended_at = now() where user_id = %s", (trusting.user_id,))

    assert trusting.send(token).status_code == 401
    assert trusting.send(trusting.token()).status_code == 200


def test_an_access_token_of_the_provider_is_not_a_credential_of_the_api(trusting: Trusting) -> None:
    headers = {"authorization": f"Bearer {trusting.token()}"}

    assert httpx2.get(f"{trusting.url}/v1/me", headers=headers).status_code == 401
