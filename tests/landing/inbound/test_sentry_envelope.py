"""Envelopes of Sentry's SDKs: their events are read, whatever else they hold; what is none is refused."""

import json
from datetime import UTC, datetime

import pytest

from causeloop_pipeline.connectors.formats.sentry_events import EVENTS
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.inbound.sentry_envelope import EnvelopeError, read_envelope
from causeloop_pipeline.landing.inbound.signature import SignatureError, verify
from causeloop_pipeline.landing.inbound.webhook import read_delivery

HEADERS = b'{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","dsn":"https://k@causeloop.example/1"}'
EVENT = {"event_id": "9ec79c33ec9942ab8353589fcb2e04dc", "level": "error", "message": "two\nlines"}


def write_item(kind: str, content: bytes, *, with_length: bool) -> bytes:
    length = f',"length":{len(content)}' if with_length else ""
    return f'{{"type":"{kind}"{length}}}\n'.encode() + content + b"\n"


@pytest.mark.parametrize("with_length", [True, False])
def test_the_events_of_an_envelope_are_read_and_its_other_items_passed_over(with_length):
    event = json.dumps(EVENT).encode()
    items = (
        write_item(
            "attachment", b"a line\nand {another" if with_length else b"no json", with_length=with_length
        ),
        write_item("event", event, with_length=with_length),
        write_item("session", b'{"sid":"1"}', with_length=with_length),
    )
    assert read_envelope(HEADERS + b"\n" + b"".join(items)) == {EVENTS: [EVENT]}


def test_an_envelope_without_an_event_stores_nothing_and_sets_nothing_aside():
    body = json.dumps(read_envelope(HEADERS + b"\n" + write_item("session", b"{}", with_length=True)))
    delivery = read_delivery(CONNECTORS["sentry_sdk"], body.encode())
    assert (delivery.records, delivery.quarantined) == ([], [])


@pytest.mark.parametrize("body", [b"", b"\n", b"[]\n", b"no json\n", HEADERS + b'\n{"type":"event"}\n{"half'])
def test_what_is_not_an_envelope_is_refused(body):
    with pytest.raises(EnvelopeError):
        read_envelope(body)


def test_the_key_of_the_dsn_is_the_secret_of_the_webhook():
    webhook = CONNECTORS["sentry_sdk"].webhook
    assert webhook is not None
    (key, *_) = webhook.signatures

    def check(header: str, url: str = "") -> None:
        headers = {"x-sentry-auth": header} if header else {}
        verify((key,), headers=headers, body=b"", secrets=["planted"], now=datetime.now(UTC), url=url)

    check("Sentry sentry_key=planted, sentry_version=7, sentry_client=sentry.python/2.33.0")
    check("Sentry sentry_version=7,sentry_key=planted")
    check("", "https://causeloop.example/envelope/?sentry_key=planted")
    for header in ("", "Sentry sentry_key=, sentry_version=7", "Sentry sentry_key=plante", "Sentry planted"):
        with pytest.raises(SignatureError):
            check(header)
