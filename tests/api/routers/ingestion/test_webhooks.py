"""Inbound webhooks: proven by their signature, stored before they are answered, once each."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample

EVENT = {"title": "Payment failed", "external_id": "P-1", "source_updated_at": "2026-01-02T03:04:05Z"}


@dataclass
class Hook:
    """A connector's address and secret."""

    path: str
    secret: str

    def send(
        self, api: httpx2.Client, body: bytes, signature: str | None = None, **headers: str
    ) -> httpx2.Response:
        """Post a body with the signature of the product's own scheme."""
        signed = signature if signature is not None else sign(self.secret, body)
        return api.post(self.path, content=body, headers={"x-causeloop-signature": signed, **headers})


def sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def make_hook(client: Client, sample: Sample, connector_type: str = "custom_api", **setup: Any) -> Hook:
    body = {"type": connector_type, "display_name": uuid4().hex, **setup}
    made = client(sample.credentials["analyst"]).post("/v1/connectors", json=body)
    assert made.status_code == 201, made.text
    return Hook(f"/v1/webhooks/inbound/{made.json()['id']}", made.json()["webhook_secret"])


def stored(database: Database, sample: Sample) -> int:
    with database.workspace(sample.workspace_id) as session:
        row = session.row(
            "select (select count(*) from raw.record) + (select count(*) from raw.quarantine) as n"
        )
    assert row is not None
    return int(row["n"])


def test_a_proven_delivery_is_stored_when_it_is_answered(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    hook = make_hook(client, fresh_sample)

    answer = hook.send(client(), json.dumps(EVENT).encode())

    assert answer.status_code == 202
    assert answer.json() == {"received": 1, "new": 1, "updated": 0, "duplicate": 0, "quarantined": 0}
    with database.workspace(fresh_sample.workspace_id) as session:
        record = session.row("select door, source, external_id from raw.record")
        assert session.row("select 1 as yes from raw.arrival") is not None
    assert record == {"door": "webhook", "source": "custom_api", "external_id": "P-1"}


def test_what_is_missing_or_wrong_is_refused_and_leaves_nothing(
    client: Client, fresh_sample: Sample, other_sample: Sample, database: Database
) -> None:
    hook, body = make_hook(client, fresh_sample), json.dumps(EVENT).encode()
    foreign = make_hook(client, other_sample)
    right = sign(hook.secret, body)
    flipped = [f"{int(right[:2], 16) ^ 1 << bit:02x}{right[2:]}" for bit in range(8)]

    refused = [
        client().post(hook.path, content=body),
        *(
            hook.send(client(), body, wrong)
            for wrong in (*flipped, "", right[:-1], right + "0", "sha256=" + "0" * 64)
        ),
        hook.send(client(), body + b" ", right),
        hook.send(client(), body, sign(foreign.secret, body)),
        client().post(
            f"/v1/webhooks/inbound/{uuid4()}", content=body, headers={"x-causeloop-signature": right}
        ),
    ]

    assert {answer.status_code for answer in refused} == {401}
    assert len({(answer.json()["code"], answer.json()["detail"]) for answer in refused}) == 1
    assert stored(database, fresh_sample) == 0


def test_a_vendor_scheme_is_the_vendors_own(client: Client, fresh_sample: Sample, database: Database) -> None:
    hook = make_hook(client, fresh_sample, "pagerduty", credentials={"api_token": "t" * 20})
    event = {"id": "E1", "event_type": "incident.triggered", "occurred_at": "2026-01-02T03:04:05Z"}
    body = json.dumps(
        {"event": {**event, "data": {"id": "Q1", "type": "incident", "title": "Down"}}}
    ).encode()
    signature = {"x-pagerduty-signature": f"v1={sign(hook.secret, body)}"}

    first, again, own_scheme = (
        client().post(hook.path, content=body, headers=signature),
        client().post(hook.path, content=body, headers=signature),
        hook.send(client(), body),
    )

    assert (first.status_code, first.json()["new"]) == (202, 1)
    assert (again.status_code, again.json()["duplicate"]) == (202, 1)
    assert own_scheme.status_code == 401
    assert stored(database, fresh_sample) == 1


def test_a_redelivery_at_the_same_moment_has_one_effect(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    hook, body = make_hook(client, fresh_sample), json.dumps(EVENT).encode()
    api = client()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: hook.send(api, body), range(40)))

    assert {answer.status_code for answer in answers} == {202}
    assert sum(answer.json()["new"] for answer in answers) == 1
    assert stored(database, fresh_sample) == 1


@pytest.mark.parametrize(
    "body", [b"{", b"[1", b'{"title": 5e999}', b'{"a":' * 80 + b"1" + b"}" * 80, b"\xff"]
)
def test_a_proven_delivery_that_cannot_be_understood_is_kept_aside(
    body: bytes, client: Client, fresh_sample: Sample, database: Database
) -> None:
    hook = make_hook(client, fresh_sample)

    answer = hook.send(client(), body, **{"content-type": "application/json"})

    assert answer.status_code == 202
    assert answer.json()["quarantined"] == 1
    with database.workspace(fresh_sample.workspace_id) as session:
        kept = session.row("select payload, reason from raw.quarantine")
    assert kept is not None
    assert bytes(kept["payload"]) == body
    assert kept["reason"]


def test_while_a_secret_is_changed_the_one_before_still_counts(client: Client, fresh_sample: Sample) -> None:
    hook, body = make_hook(client, fresh_sample), json.dumps(EVENT).encode()
    connector = hook.path.replace("webhooks/inbound", "connectors")
    api, secrets = (
        client(fresh_sample.credentials["analyst"]),
        [hook.secret, "second-secret-16", "third-secret-16b"],
    )
    for secret in secrets[1:]:
        assert api.patch(connector, json={"webhook_secret": secret}).status_code == 200

    answers = [hook.send(client(), body, sign(secret, body)).status_code for secret in secrets]

    assert answers == [401, 202, 202]


def test_a_body_beyond_the_limit_is_refused(client: Client, fresh_sample: Sample, database: Database) -> None:
    hook = make_hook(client, fresh_sample)

    answer = hook.send(client(), b"x" * 5_000_001)

    assert answer.status_code == 413
    assert stored(database, fresh_sample) == 0


def test_a_tools_check_of_the_address_is_answered(client: Client, fresh_sample: Sample) -> None:
    hook = make_hook(
        client, fresh_sample, "okta", credentials={"api_token": "t" * 20}, config={"org": "acme.okta.com"}
    )

    asked = client().get(hook.path, headers={"x-okta-verification-challenge": "abc"})
    unasked = client().get(hook.path)

    assert asked.json() == {"verification": "abc"}
    assert unasked.status_code == 404
