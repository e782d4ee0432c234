"""Inbound webhooks: verified by their signature, stored before the response, each delivery once."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from api.http.computing.processes import Computing, TooCostlyError
from api.ingest.webhooks.reading import SentDelivery, read_sent, read_verified
from causeloop_pipeline.landing.inbound.signature import SignatureError
from causeloop_pipeline.landing.inbound.webhook import receive
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import Installation

FIND_CONNECTOR = "select workspace_id, is_organization_active from app.find_connector(%s)"
SUSPEND = """
update app.organization set status = 'suspended'
where organization_id = (select organization_id from app.workspace where workspace_id = %s)
"""
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


def count_stored(database: Database, sample: Sample) -> int:
    with database.workspace(sample.workspace_id) as session:
        row = session.row(
            "select (select count(*) from raw.record) + (select count(*) from raw.quarantine) as n"
        )
    assert row is not None
    return int(row["n"])


def test_a_verified_delivery_is_stored_before_the_response(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    hook = make_hook(client, fresh_sample)

    response = hook.send(client(), json.dumps(EVENT).encode())

    assert response.status_code == 202
    counts = {"received": 1, "new": 1, "updated": 0, "duplicate": 0, "quarantined": 0}
    assert response.json() == counts | {"ok": True}
    with database.workspace(fresh_sample.workspace_id) as session:
        record = session.row("select channel, source, external_id from raw.record")
        assert session.row("select 1 as yes from raw.pending_record") is not None
    assert record == {"channel": "webhook", "source": "custom_api", "external_id": "P-1"}


def test_a_missing_or_wrong_signature_is_refused_and_stores_nothing(
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

    assert {response.status_code for response in refused} == {401}
    assert len({(response.json()["code"], response.json()["detail"]) for response in refused}) == 1
    assert count_stored(database, fresh_sample) == 0


def test_a_delivery_to_an_unknown_connector_is_verified_like_any_other(
    client: Client, fresh_sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook, verified = make_hook(client, fresh_sample), list[bytes]()

    def verify(*arguments: Any, body: bytes, **more: Any) -> Any:
        verified.append(body)
        return receive(*arguments, body=body, **more)

    monkeypatch.setattr("api.ingest.webhooks.reading.receive", verify)
    unknown = Hook(f"/v1/webhooks/inbound/{uuid4()}", hook.secret)
    refusals = [each.send(client(), b"{}", signature="0" * 64) for each in (hook, unknown)]

    assert verified == [b"{}", b"{}"]
    assert {(each.status_code, each.json()["detail"]) for each in refusals} == {
        (401, "the webhook's signature is missing or wrong")
    }


def test_a_delivery_to_a_suspended_organization_is_refused_once_verified_and_stores_nothing(
    client: Client, fresh_sample: Sample, owner: psycopg.Connection, database: Database
) -> None:
    hook, body = make_hook(client, fresh_sample), json.dumps(EVENT).encode()
    before = count_stored(database, fresh_sample)
    owner.execute(SUSPEND, (fresh_sample.workspace_id,))

    forged, verified = hook.send(client(), body, signature="0" * 64), hook.send(client(), body)

    assert (forged.status_code, forged.json()["code"]) == (401, "invalid_signature")
    assert (verified.status_code, verified.json()["code"]) == (403, "organization_inactive")
    assert count_stored(database, fresh_sample) == before


def test_the_look_up_of_a_connector_leaves_no_workspace_open(
    client: Client, fresh_sample: Sample, installation: Installation
) -> None:
    connector_id = make_hook(client, fresh_sample).path.rpartition("/")[2]

    with psycopg.connect(installation.api_url, autocommit=True) as api:
        connector = api.execute(FIND_CONNECTOR, (connector_id,)).fetchone()
        unknown = api.execute(FIND_CONNECTOR, (uuid4(),)).fetchone()
        visible = api.execute("select count(*) from app.workspace").fetchone()

    assert connector == (fresh_sample.workspace_id, True)
    assert unknown is None
    assert visible == (0,)


def test_a_connector_accepts_only_the_signature_scheme_of_its_vendor(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
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
    assert count_stored(database, fresh_sample) == 1


def test_concurrent_redeliveries_have_one_effect(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    hook, body = make_hook(client, fresh_sample), json.dumps(EVENT).encode()
    api = client()

    with ThreadPoolExecutor(12) as pool:
        responses = list(pool.map(lambda _: hook.send(api, body), range(40)))

    assert {response.status_code for response in responses} == {202}
    assert sum(response.json()["new"] for response in responses) == 1
    assert count_stored(database, fresh_sample) == 1


@pytest.mark.parametrize("body", [b"{", b"[1", b'{"title": 5e999}', b"\xff"])
def test_a_verified_delivery_that_cannot_be_parsed_is_quarantined(
    body: bytes, client: Client, fresh_sample: Sample, database: Database
) -> None:
    hook = make_hook(client, fresh_sample)

    response = hook.send(client(), body, **{"content-type": "application/json"})

    assert response.status_code == 202
    assert response.json()["quarantined"] == 1
    with database.workspace(fresh_sample.workspace_id) as session:
        quarantined = session.row("select payload, reason from raw.quarantine")
    assert quarantined is not None
    assert bytes(quarantined["payload"]) == body
    assert quarantined["reason"]


def test_a_verified_delivery_with_a_too_deeply_nested_record_quarantines_the_record(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    hook, body = make_hook(client, fresh_sample), b'{"a":' * 80 + b"1" + b"}" * 80

    response = hook.send(client(), body)

    assert (response.status_code, response.json()["quarantined"]) == (202, 1)
    with database.workspace(fresh_sample.workspace_id) as session:
        quarantined = session.row("select payload, reason from raw.quarantine")
    assert quarantined is not None
    assert json.loads(quarantined["payload"]) == json.loads(body)
    assert quarantined["reason"]


def test_the_previous_secret_stays_valid_until_the_next_change(client: Client, fresh_sample: Sample) -> None:
    hook, body = make_hook(client, fresh_sample), json.dumps(EVENT).encode()
    connector = hook.path.replace("webhooks/inbound", "connectors")
    api, secrets = (
        client(fresh_sample.credentials["analyst"]),
        [hook.secret, "second-secret-16", "third-secret-16b"],
    )
    for secret in secrets[1:]:
        assert api.patch(connector, json={"webhook_secret": secret}).status_code == 200

    responses = [hook.send(client(), body, sign(secret, body)).status_code for secret in secrets]

    assert responses == [401, 202, 202]


def test_a_body_over_the_limit_is_refused(client: Client, fresh_sample: Sample, database: Database) -> None:
    hook = make_hook(client, fresh_sample)

    response = hook.send(client(), b"x" * 5_000_001)

    assert response.status_code == 413
    assert count_stored(database, fresh_sample) == 0


def test_the_challenge_of_a_tool_is_answered(client: Client, fresh_sample: Sample) -> None:
    hook = make_hook(
        client, fresh_sample, "okta", credentials={"api_token": "t" * 20}, config={"org": "acme.okta.com"}
    )

    challenge = client().get(hook.path, headers={"x-okta-verification-challenge": "abc"})
    without_challenge = client().get(hook.path)

    assert challenge.json() == {"verification": "abc"}
    assert without_challenge.status_code == 404


def test_a_delivery_of_thousands_of_records_is_read_in_a_process_and_stored_whole(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    hook = make_hook(client, fresh_sample)
    events = [{**EVENT, "external_id": f"P-{number}", "body": "x" * 100} for number in range(2_000)]
    body = json.dumps(events).encode()

    forged, verified = hook.send(client(), body, signature="0" * 64), hook.send(client(), body)

    assert forged.status_code == 401
    assert (verified.status_code, verified.json()["new"]) == (202, 2_000)
    with database.workspace(fresh_sample.workspace_id) as session:
        stored = session.row("select payload ->> 'body' as body from raw.record limit 1")
    assert stored == {"body": "x" * 100}


class Impatient(Computing):
    """Processes that have no time for what was verified."""

    async def run(self, _: Hashable, work: Callable[..., Any], *values: Any) -> Any:  # type: ignore[override]
        """What a function returns, unless it reads."""
        if work is read_verified:
            raise TooCostlyError
        return work(*values)


def test_a_verified_delivery_that_takes_too_long_to_read_is_kept_whole_with_the_reason() -> None:
    body = json.dumps([EVENT] * 1_000).encode()
    headers = {"x-causeloop-signature": sign("secret", body)}
    sent = SentDelivery("custom_api", {}, headers, body, ["secret"], datetime.now(UTC), "")

    read = asyncio.run(read_sent(Impatient(), uuid4(), sent))

    assert (read.batch.count, [each.raw for each in read.quarantined]) == (0, [body])
    assert "takes more than" in read.quarantined[0].reason
    with pytest.raises(SignatureError):
        asyncio.run(read_sent(Impatient(), uuid4(), replace(sent, secrets=["another"])))
