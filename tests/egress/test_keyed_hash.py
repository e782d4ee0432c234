"""Requests that sign themselves: Duo's and Darktrace's as their vendors' documents describe them."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import KeyedHash
from causeloop_pipeline.egress.authenticator import build_authenticator
from causeloop_pipeline.egress.http import Request
from causeloop_pipeline.egress.keyed_hash import HashKey
from causeloop_pipeline.egress.policy import EgressPolicy

NOW = datetime(2012, 8, 21, 17, 29, 18, tzinfo=UTC)
DUO_KEYS = {
    "integration_key": "DIWJ8X6AEYOR5OMC6TQ1",
    "secret_key": "Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep",  # pragma: allowlist secret
}


def sign(tool: str, url: str, values: dict[str, str], now: datetime = NOW) -> dict[str, str]:
    auth = CONNECTORS[tool].auth
    assert isinstance(auth, KeyedHash)
    return HashKey(auth, values).sign("GET", url, now)


def test_duos_signature_is_of_date_method_host_path_and_sorted_parameters() -> None:
    headers = sign(
        "duo",
        "https://API-XXXXXXXX.duosecurity.com/accounts/v1/account/list?username=root&realname=First%20Last%20~",
        DUO_KEYS,
    )
    text = "\n".join(
        (
            "Tue, 21 Aug 2012 17:29:18 -0000",
            "GET",
            "api-xxxxxxxx.duosecurity.com",
            "/accounts/v1/account/list",
            "realname=First%20Last%20~&username=root",
        )
    )
    expected = hmac.new(DUO_KEYS["secret_key"].encode(), text.encode(), hashlib.sha1).hexdigest()

    assert headers["Date"] == "Tue, 21 Aug 2012 17:29:18 -0000"
    pair = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert pair == f"{DUO_KEYS['integration_key']}:{expected}"


def test_darktraces_signature_is_of_the_target_as_it_is_sent() -> None:
    tokens = {"public_token": "public", "private_token": "private"}
    headers = sign("darktrace", "https://dt.acme.example/modelbreaches?starttime=1&endtime=2", tokens)
    text = "/modelbreaches?starttime=1&endtime=2\npublic\n20120821T172918"

    assert headers == {
        "DTAPI-Token": "public",
        "DTAPI-Date": "20120821T172918",
        "DTAPI-Signature": hmac.new(b"private", text.encode(), hashlib.sha1).hexdigest(),
    }


def test_the_key_is_never_sent_and_never_shown() -> None:
    authenticator = build_authenticator(
        CONNECTORS["duo"], {"api_host": "api.example"}, DUO_KEYS, EgressPolicy()
    )
    sent = authenticator.authorize(Request("Duo", "GET", "https://api.example/admin/v2/logs/authentication"))

    assert DUO_KEYS["secret_key"] not in f"{sent.url} {dict(sent.headers)}"
    assert authenticator.redact(f"why {DUO_KEYS['secret_key']}") == "why ***"
    assert authenticator.renew() is False
