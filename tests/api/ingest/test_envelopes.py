"""Envelopes of Sentry's SDKs: the key of the DSN is the connector's secret, what is packed is unpacked."""

import gzip
import json

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.ingest.test_webhooks import count_stored, make_hook
from tests.api.sample import Sample

EVENT = {"event_id": "9" * 32, "level": "error", "message": "The cart is gone"}
ENVELOPE = b"\n".join(
    (b'{"event_id":"9"}', b'{"type":"event"}', json.dumps(EVENT).encode(), b'{"type":"session"}', b"{}")
)


def test_an_envelope_is_stored_where_its_key_is_the_connectors_secret(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    hook = make_hook(client, fresh_sample, "sentry_sdk")
    path, before = f"{hook.path}/api/1/envelope/", count_stored(database, fresh_sample)

    def send(body: bytes, key: str, **headers: str) -> tuple[int, int]:
        auth = f"Sentry sentry_key={key}, sentry_version=7, sentry_client=test/1"
        response = client().post(path, content=body, headers={"x-sentry-auth": auth, **headers})
        return response.status_code, count_stored(database, fresh_sample) - before

    assert send(ENVELOPE, "wrong") == (401, 0)
    assert send(gzip.compress(ENVELOPE), hook.secret, **{"content-encoding": "gzip"}) == (202, 1)
    assert send(ENVELOPE, hook.secret) == (202, 1)
    assert send(ENVELOPE, hook.secret, **{"content-encoding": "br"}) == (415, 1)
    assert send(b"no envelope", hook.secret) == (202, 2)
