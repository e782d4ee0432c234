"""A tool that wants a fetched token: it is fetched once, renewed when it is refused, and shown nowhere."""

import base64
import json
from dataclasses import replace
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from causeloop_pipeline.connectors.spec import (
    AwsSignature,
    Connector,
    Field,
    FirstOf,
    GitHubApp,
    Headers,
    OAuth2,
    OffsetPages,
    ServiceAccount,
)
from causeloop_pipeline.egress.access_tokens import TokenSource
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from tests.support.fake_tool import FakeTool, ReceivedRequest, Reply, fake_tool
from tests.support.polling import NOW, QUICK, ids, item, plain

CLIENT = {"client_id": "planted-id", "client_secret": "planted-secret"}


def with_auth(auth: object, *names: str) -> Connector:
    fields = tuple(Field(name, name, required=False) for name in names)
    return replace(plain(OffsetPages(size=1)), auth=auth, credentials=fields)  # type: ignore[arg-type]


def sync_with(tool: FakeTool, connector: Connector, credentials: dict[str, str]) -> list[str]:
    sync = SyncInput(config={"base_url": tool.url}, credentials=credentials, backfill_days=30, now=NOW)
    return ids(list(pull(connector, sync, tool.egress, QUICK)))


class Tool:
    """Three items, one a page, for whoever has the last token that the endpoint gave."""

    def __init__(self, ends_after: int = 100) -> None:
        self.minted: list[dict[str, list[str]]] = []
        self.ends_after, self.left = ends_after, 0
        self.headers: list[dict[str, str]] = []

    def __call__(self, request: ReceivedRequest) -> Reply:
        if request.path.startswith(("/token", "/app/")):
            self.minted.append(parse_qs(request.body.decode()))
            self.headers.append(request.headers)
            self.left = self.ends_after
            text = f"minted-{len(self.minted)}"
            return Reply({"access_token": text, "token": text, "expires_in": 3600})
        if request.headers.get("authorization") != f"Bearer minted-{len(self.minted)}" or self.left < 1:
            return Reply({}, 401)
        self.left -= 1
        start = int(request.query["offset"])
        return Reply({"items": [item(n) for n in range(3)][start : start + 1]})


class RotatingTool(Tool):
    """A tool whose endpoint takes each refresh token once, and gives the next one with every token."""

    def __call__(self, request: ReceivedRequest) -> Reply:
        reply = super().__call__(request)
        if request.path.startswith("/token"):
            expected = f"refresh-{len(self.minted) - 1}" if len(self.minted) > 1 else "planted-refresh"
            if self.minted[-1]["refresh_token"] != [expected]:
                return Reply({"error": "invalid_grant"}, 400)
            return Reply(reply.document | {"refresh_token": f"refresh-{len(self.minted)}"})
        return reply


def test_client_credentials_give_a_token_that_is_fetched_once() -> None:
    script = Tool()
    with fake_tool(script) as tool:
        auth = OAuth2(token_url=f"{tool.url}/token", scope="read", parameters=(("audience", "api"),))
        connector = with_auth(auth, "client_id", "client_secret")
        assert sync_with(tool, connector, CLIENT) == ["0", "1", "2"]
        assert sync_with(tool, connector, CLIENT) == ["0", "1", "2"]
    (minted,) = script.minted
    assert minted == {
        "grant_type": ["client_credentials"],
        "client_id": ["planted-id"],
        "client_secret": ["planted-secret"],
        "scope": ["read"],
        "audience": ["api"],
    }


def test_a_refresh_token_that_is_good_for_one_time_is_kept_and_used_the_next_time() -> None:
    script, stored = RotatingTool(ends_after=2), []
    with fake_tool(script) as tool:
        auth = OAuth2(token_url="/token", grant="refresh_token")
        connector = with_auth(auth, "client_id", "client_secret", "refresh_token")
        sync = SyncInput(
            config={"base_url": tool.url},
            credentials={**CLIENT, "refresh_token": "planted-refresh"},
            keep_credential=lambda name, value: stored.append((name, value)),
            backfill_days=30,
            now=NOW,
        )
        assert ids(list(pull(connector, sync, tool.egress, QUICK))) == ["0", "1", "2"]

    assert [minted["refresh_token"] for minted in script.minted] == [["planted-refresh"], ["refresh-1"]]
    assert stored == [("refresh_token", "refresh-1"), ("refresh_token", "refresh-2")]


def test_a_token_that_ends_in_mid_sync_is_fetched_again_and_nothing_is_lost() -> None:
    script = Tool(ends_after=2)
    with fake_tool(script) as tool:
        auth = OAuth2(token_url="/token", grant="refresh_token", client_in="header")
        connector = with_auth(auth, "client_id", "client_secret", "refresh_token")
        assert sync_with(tool, connector, {**CLIENT, "refresh_token": "planted-refresh"}) == ["0", "1", "2"]
    assert [minted["refresh_token"] for minted in script.minted] == [["planted-refresh"]] * 2
    pair = base64.b64encode(b"planted-id:planted-secret").decode()
    assert script.headers[0]["authorization"] == f"Basic {pair}"


def test_refused_credentials_are_named_and_never_shown() -> None:
    def refuse(_: ReceivedRequest) -> Reply:
        return Reply({"error": "planted-secret is wrong"}, 401)

    with fake_tool(refuse) as tool:
        connector = with_auth(OAuth2(token_url="/token"), "client_id", "client_secret")
        with pytest.raises(PermanentFailure) as failure:
            sync_with(tool, connector, CLIENT)
    assert "token endpoint of Plain answered 401" in failure.value.reason
    assert "planted" not in failure.value.reason


def test_a_token_that_is_refused_even_when_new_ends_the_sync() -> None:
    script = Tool(ends_after=0)
    with fake_tool(script) as tool:
        connector = with_auth(OAuth2(token_url="/token"), "client_id", "client_secret")
        with pytest.raises(PermanentFailure, match="401"):
            sync_with(tool, connector, CLIENT)
    assert len(script.minted) == 2


def test_a_token_endpoint_outside_the_policy_is_not_reached() -> None:
    with fake_tool(Tool()) as tool:
        auth = OAuth2(token_url="http://127.0.0.1:9/token")
        with pytest.raises(PermanentFailure, match="not HTTPS"):
            sync_with(tool, with_auth(auth, "client_id", "client_secret"), CLIENT)


def rsa_key() -> tuple[rsa.RSAPrivateKey, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return key, pem.decode()


def test_a_service_account_signs_a_statement_for_its_token() -> None:
    key, pem = rsa_key()
    script = Tool()
    with fake_tool(script) as tool:
        auth = ServiceAccount(scope="read", subject="{user}", token_url=f"{tool.url}/token")
        account = json.dumps({"client_email": "robot@example.com", "private_key": pem})
        connector = with_auth(auth, "service_account", "user")
        entered = {"service_account": account, "user": "ada@example.com"}
        assert sync_with(tool, connector, entered) == ["0", "1", "2"]
        claims = jwt.decode(
            script.minted[0]["assertion"][0],
            key.public_key(),
            algorithms=["RS256"],
            audience=f"{tool.url}/token",
        )
    assert (claims["iss"], claims["sub"], claims["scope"]) == ("robot@example.com", "ada@example.com", "read")


def test_a_github_app_or_a_token_may_be_entered() -> None:
    _, pem = rsa_key()
    script = Tool()
    with fake_tool(script) as tool:
        auth = FirstOf((Headers((("Authorization", "Bearer {token}"),)), GitHubApp()))
        connector = with_auth(auth, "token", "app_id", "installation_id", "private_key")
        app = {"app_id": "7", "installation_id": "42", "private_key": pem}
        assert sync_with(tool, connector, app) == ["0", "1", "2"]
        assert tool.requests[0].path == "/app/installations/42/access_tokens"
        assert sync_with(tool, connector, {"token": "minted-1"}) == ["0", "1", "2"]
    assert len(script.minted) == 1


def test_aws_requests_are_signed_and_the_secret_is_not_sent() -> None:
    def listing(request: ReceivedRequest) -> Reply:
        assert "planted" not in json.dumps(request.headers)
        assert request.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
        start = int(request.query["offset"])
        return Reply({"items": [item(n) for n in range(3)][start : start + 1]})

    with fake_tool(listing) as tool:
        connector = with_auth(
            AwsSignature(service="guardduty"), "access_key_id", "secret_access_key", "region"
        )
        entered = {"access_key_id": "AKID", "secret_access_key": "planted", "region": "eu-west-1"}
        assert sync_with(tool, connector, entered) == ["0", "1", "2"]


def test_a_token_source_shows_no_credential() -> None:
    with fake_tool(Tool()) as tool:
        source = TokenSource(
            "Plain", OAuth2(token_url="/token"), CLIENT, tool.url, tool.egress, frozenset({tool.url})
        )
        assert "planted" not in repr(source)
