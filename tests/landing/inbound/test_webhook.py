import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from causeloop_pipeline.connectors.cases import read_case
from causeloop_pipeline.connectors.custom_list import KINDS
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector, HmacSignature, SharedSecret, Signature
from causeloop_pipeline.landing.inbound.signature import SignatureError, sign
from causeloop_pipeline.landing.inbound.webhook import (
    WebhookDelivery,
    answer_challenge,
    read_delivery,
    receive,
)
from causeloop_pipeline.model.raw_record import canonical_json, payload_hash
from tests.offenders import assert_no_offenders, compare

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECRET = "the secret of this connector"


def can_sign(signature: Signature) -> bool:
    """Whether `sign_headers` makes this proof; the others have tests of their own."""
    if isinstance(signature, SharedSecret):
        return True
    return isinstance(signature, HmacSignature) and not (
        signature.id_header or signature.secret_prefix or signature.timestamp_prefix
    )


PUSHING = {
    name: connector
    for name, connector in CONNECTORS.items()
    if connector.webhook and can_sign(connector.webhook.signatures[0])
}


def sign_headers(name: str, body: bytes, index: int = 0) -> dict[str, str]:
    """Headers as the tool would send them."""
    webhook = CONNECTORS[name].webhook
    assert webhook is not None
    signature = webhook.signatures[index]
    if isinstance(signature, SharedSecret):
        return {signature.header: signature.prefix + SECRET}
    assert isinstance(signature, HmacSignature)
    timestamp = "2026-03-10T12:00:00Z" if signature.timestamp_header else ""
    proof = sign(signature, body=body, secret=SECRET, timestamp=timestamp)
    headers = {signature.header: signature.prefix + proof}
    return headers | ({signature.timestamp_header: timestamp} if signature.timestamp_header else {})


def receive_signed(
    connector: Connector, body: bytes, headers: dict[str, str], secret: str = SECRET
) -> WebhookDelivery:
    return receive(connector, headers=headers, body=body, secrets=[secret], now=NOW)


def test_every_tools_signed_delivery_becomes_records():
    def find_problems(connector: Connector) -> Iterator[str]:
        records = []
        for document in read_case(connector.name).webhook:
            body = json.dumps(document).encode()
            received = receive_signed(connector, body, sign_headers(connector.name, body))
            for refused in received.quarantined:
                yield f"set aside: {refused.reason}"
            records += received.records
        yield from compare({"webhook"}, {record.channel for record in records}, "channels")
        assert connector.webhook is not None
        sources = {event.source or connector.name for event in connector.webhook.events}
        yield from compare(sources, {record.source for record in records}, "types of the records")

    assert_no_offenders(PUSHING, find_problems)


def test_a_delivery_without_a_valid_signature_is_refused_before_it_is_read(monkeypatch):
    was_read: list[str] = []
    monkeypatch.setattr(
        "causeloop_pipeline.landing.inbound.webhook.parse_loosely", lambda *_: was_read.append("it was read")
    )

    def find_problems(connector: Connector) -> Iterator[str]:
        body = body_of(connector.name)
        good = sign_headers(connector.name, body)
        changed = {key: value[:-1] + "0" * 2 for key, value in good.items()}
        for what, headers, secret in (
            ("no headers", {}, SECRET),
            ("a changed signature", changed, SECRET),
            ("the secret of another connector", good, "another connector's"),
        ):
            was_read.clear()
            try:
                receive_signed(connector, body, headers, secret)
                yield f"a delivery with {what} was taken"
            except SignatureError:
                yield from (f"{text}, with {what}" for text in was_read)

    assert_no_offenders(PUSHING, find_problems)


def test_the_delivery_id_is_read_from_the_header_where_the_tool_sends_one():
    body = body_of("github")
    headers = sign_headers("github", body) | {"x-github-delivery": "d-1"}
    received = receive(CONNECTORS["github"], headers=headers, body=body, secrets=[SECRET], now=NOW)
    assert received.delivery_id == "d-1"


def test_datadog_is_verified_by_its_header_or_by_our_signature():
    body = body_of("datadog")
    for index in (0, 1):
        received = receive(
            CONNECTORS["datadog"],
            headers=sign_headers("datadog", body, index),
            body=body,
            secrets=[SECRET],
            now=NOW,
        )
        assert len(received.records) == 1


def test_a_connector_that_only_polls_takes_no_delivery():
    with pytest.raises(SignatureError, match="takes no webhooks"):
        receive(CONNECTORS["postgresql"], headers={}, body=b"{}", secrets=[SECRET], now=NOW)


def test_the_delivery_id_is_read_from_the_body_where_no_header_carries_it():
    assert read_delivery(CONNECTORS["pagerduty"], body_of("pagerduty")).delivery_id == "01DEVENTTRIGGERED"
    assert (
        read_delivery(CONNECTORS["okta"], body_of("okta")).delivery_id
        == "b5a188b9-5ece-4636-b041-482ffda96311"
    )
    assert read_delivery(CONNECTORS["datadog"], body_of("datadog")).delivery_id is None


def body_of(name: str) -> bytes:
    return json.dumps(read_case(name).webhook[0]).encode()


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("github", {"zen": "Keep it logically awesome.", "hook_id": 1}),
        ("pagerduty", {"event": {"event_type": "pagey.ping", "data": {"type": "ping", "message": "Hello"}}}),
        (
            "pagerduty",
            {"event": {"event_type": "incident.annotated", "data": {"type": "incident_note", "id": "PN"}}},
        ),
        ("asana", {"events": []}),
        ("gitlab", {"object_kind": "note", "object_attributes": {"noteable_type": "Commit"}}),
    ],
)
def test_pings_are_answered_and_not_stored(name, document):
    received = read_delivery(CONNECTORS[name], json.dumps(document).encode())
    assert (received.records, received.quarantined) == ([], [])


@pytest.mark.parametrize(
    ("name", "document", "instead"),
    [
        ("asana", {"events": [{"action": "added", "resource": {"gid": "77"}}]}, "let a rule post the task"),
        ("clickup", {"event": "taskUpdated", "task_id": "77", "history_items": []}, "let an automation post"),
        ("notion", {"type": "page.created", "entity": {"id": "77", "type": "page"}}, "post the page"),
        (
            "hubspot",
            [{"subscriptionType": "ticket.propertyChange", "objectId": 77, "propertyName": "subject"}],
            "let a workflow post all properties",
        ),
    ],
)
def test_a_delivery_of_ids_alone_is_set_aside_with_what_to_do_instead(name, document, instead):
    received = read_delivery(CONNECTORS[name], json.dumps(document).encode())
    assert received.records == []
    (refused,) = received.quarantined
    assert "only the id" in refused.reason
    assert instead in refused.reason


NOT_UNDERSTOOD = (
    b"",
    b"not json",
    b"[7]",
    b"7",
    b'{"a": 1}',
    b'{"issue": null}',
    b'{"a": NaN}',
    b"[" * 100 + b"]" * 100,
    b"\xff\xfe",
)


def test_what_is_not_understood_is_quarantined_with_its_bytes():
    def find_problems(connector: Connector) -> Iterator[str]:
        for body in NOT_UNDERSTOOD:
            received = read_delivery(connector, body)
            if received.records or len(received.quarantined) != 1:
                counts = f"{len(received.records)} records, {len(received.quarantined)} set aside"
                yield f"{body!r}: expected one set aside, found {counts}"
                continue
            (refused,) = received.quarantined
            if not refused.reason:
                yield f"{body!r} is set aside without a reason"
            yield from compare(connector.name, refused.source, f"type of {body!r}")
            if refused.raw not in {body, body[1:-1]}:
                yield f"{body!r} is kept as {refused.raw!r}"

    assert_no_offenders(PUSHING, find_problems)


def test_a_deleted_jira_issue_is_newer_than_its_last_update():
    updated, deleted = (
        read_delivery(CONNECTORS["jira"], json.dumps(d).encode()) for d in read_case("jira").webhook[:2]
    )
    assert deleted.records[0].payload["webhookEvent"] == "jira:issue_deleted"
    assert deleted.records[0].source_updated_at == datetime(2026, 3, 6, 9, 40, tzinfo=UTC)
    assert "webhookEvent" not in updated.records[0].payload


def test_one_delivery_may_hold_many_records_and_leaves_out_what_is_not_a_failure():
    received = read_delivery(CONNECTORS["okta"], body_of("okta"))
    assert [record.external_id for record in received.records] == ["a1b2c3d4-0000-11ee-8000-000000000005"]


def test_okta_checks_with_a_challenge_that_the_address_is_ours():
    assert answer_challenge(CONNECTORS["okta"], {"x-okta-verification-challenge": "abc"}) == {
        "verification": "abc"
    }
    assert answer_challenge(CONNECTORS["okta"], {}) is None
    assert answer_challenge(CONNECTORS["github"], {"x-okta-verification-challenge": "abc"}) is None


def okta_delivery(*titles: str, event_id: str = "d-1") -> bytes:
    """A delivery of one failed event a title, its JSON with escapes."""
    events = [
        {
            "uuid": f"e-{number}",
            "published": "2026-03-10T11:00:00Z",
            "outcome": {"result": "FAILURE"},
            "displayMessage": title,
        }
        for number, title in enumerate(titles)
    ]
    return json.dumps({"eventId": event_id, "data": {"events": events}}).encode()


def test_a_record_that_cannot_be_stored_is_quarantined_alone():
    delivery = read_delivery(CONNECTORS["okta"], okta_delivery("good", "half \ud800 a character"))
    assert [record.external_id for record in delivery.records] == ["e-0"]
    (refused,) = delivery.quarantined
    assert refused.external_id == "e-1"
    assert "lone surrogate" in refused.reason
    assert json.loads(refused.raw)["displayMessage"] == "half \ud800 a character"


def test_a_record_nested_too_deep_to_be_written_is_quarantined_with_its_reason():
    nested = '{"eventId": "d-1", "data": {"events": [{"uuid": "e-0", "x": ' + "[" * 900 + "]" * 900 + "}]}}"
    delivery = read_delivery(CONNECTORS["okta"], nested.encode())
    (refused,) = delivery.quarantined
    assert refused.reason == "nested deeper than 64 levels"


@pytest.mark.parametrize(
    ("event_id", "delivery_id"),
    [("d-1", "d-1"), ("d\0-1", "d\ufffd-1"), ("d\ud800-1", None), ("d" * 300, "d" * 200), ("", None)],
)
def test_a_delivery_id_is_one_that_can_be_stored(event_id, delivery_id):
    delivery = read_delivery(CONNECTORS["okta"], okta_delivery("good", event_id=event_id))
    assert delivery.delivery_id == delivery_id
    assert len(delivery.records) == 1


def test_a_record_keeps_the_json_that_its_hash_is_of():
    def find_problems(connector: Connector) -> Iterator[str]:
        for record in read_delivery(connector, body_of(connector.name)).records:
            canonical, external_id = canonical_json(record.payload), record.external_id
            yield from compare(canonical, record.canonical, f"{external_id}: canonical")
            yield from compare(canonical, record.payload_json, f"{external_id}: payload_json")
            yield from compare(payload_hash(record.payload), record.payload_hash, f"{external_id}: hash")

    assert_no_offenders(PUSHING, find_problems)


@pytest.mark.parametrize("identifies", ["event", "condition"])
def test_an_id_that_is_pushed_names_what_the_form_of_the_connector_says(identifies: str) -> None:
    body = json.dumps({"external_id": "backup", "title": "backup: disk full", "status": "open"}).encode()
    (record,) = read_delivery(CONNECTORS["custom_api"], body, config={"identifies": identifies}).records
    assert record.kind == KINDS[identifies]
