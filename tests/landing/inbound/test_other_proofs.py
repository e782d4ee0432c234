"""Senders that cannot sign what they send, and deliveries that wrap JSON in a text."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from causeloop_pipeline.connectors.spec import (
    BasicSecret,
    Connector,
    JwtSignature,
    OnePage,
    RecordSchema,
    UrlSecret,
    Webhook,
    WebhookEvent,
)
from causeloop_pipeline.landing.inbound.signature import SignatureError, verify
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from tests.support.polling import plain

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECRET = "planted-secret-of-thirty-two-bytes"
ADDRESS = "https://causeloop.example/v1/webhooks/1"


def is_accepted(
    signature: BasicSecret | UrlSecret | JwtSignature, header: str = "", url: str = ADDRESS
) -> bool:
    headers = {"authorization": header} if header else {}
    try:
        verify([signature], headers=headers, body=b"{}", secrets=[SECRET], now=NOW, url=url)
    except SignatureError:
        return False
    return True


def test_a_refusal_does_not_repeat_the_secret() -> None:
    with pytest.raises(SignatureError) as refusal:
        verify([UrlSecret()], headers={}, body=b"", secrets=[SECRET], now=NOW, url=f"{ADDRESS}?token=x")
    assert SECRET not in str(refusal.value)


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"causeloop:{password}".encode()).decode()


def token(secret: str, ends_in: timedelta, algorithm: str = "HS256") -> str:
    return jwt.encode({"exp": int((NOW + ends_in).timestamp())}, secret, algorithm=algorithm)


def test_a_password_is_compared() -> None:
    assert is_accepted(BasicSecret(), basic(SECRET))
    assert not is_accepted(BasicSecret(), basic("other"))
    assert not is_accepted(BasicSecret())


def test_a_secret_in_the_address_is_compared() -> None:
    assert is_accepted(UrlSecret(), url=f"{ADDRESS}?token={SECRET}")
    assert not is_accepted(UrlSecret(), url=f"{ADDRESS}?token=other")
    assert not is_accepted(UrlSecret())


def test_a_signed_token_counts_until_it_ends() -> None:
    assert is_accepted(JwtSignature(), token(SECRET, timedelta(minutes=5)))
    assert is_accepted(JwtSignature(), "Bearer " + token(SECRET, timedelta(minutes=5)))
    assert not is_accepted(JwtSignature(), token(SECRET, timedelta(minutes=-5)))
    assert not is_accepted(JwtSignature(), token("another-secret-of-thirty-two-bytes", timedelta(minutes=5)))
    assert not is_accepted(JwtSignature(), token("", timedelta(minutes=5), algorithm="none"))


def notifying(record: str, *embedded: str) -> Connector:
    event = WebhookEvent(record=record, schema=RecordSchema(updated_at=("at",)))
    return replace(plain(OnePage()), webhook=Webhook(events=(event,), embedded=embedded))


def ids_of(connector: Connector, body: object) -> list[str]:
    return [record.external_id for record in read_delivery(connector, json.dumps(body).encode()).records]


def test_a_message_that_holds_json_as_text_is_read() -> None:
    body = {"Type": "Notification", "Message": json.dumps({"id": 7})}
    assert ids_of(notifying("Message", "Message"), body) == ["7"]


def test_each_message_of_a_delivery_is_a_record() -> None:
    body = {"Records": [{"Sns": {"Message": json.dumps({"id": number})}} for number in range(3)]}
    connector = notifying("Records.*.Sns.Message", "Records.*.Sns.Message")
    assert ids_of(connector, body) == ["0", "1", "2"]


@pytest.mark.parametrize("text", ["no JSON", "{", "\ud800{", ""])
def test_a_text_that_is_not_json_is_quarantined_with_a_reason(text: str) -> None:
    delivery = read_delivery(notifying("Message", "Message"), json.dumps({"Message": text}).encode())
    assert delivery.records == []
    assert [bool(refused.reason) for refused in delivery.quarantined] == [True]
