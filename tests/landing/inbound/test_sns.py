"""Messages of Amazon SNS: only what Amazon's certificate signs, of the topic that the connector names."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.inbound import sns
from causeloop_pipeline.landing.inbound.signature import SignatureError
from causeloop_pipeline.landing.inbound.webhook import receive
from tests.support.fake_tool import Reply, fake_tool

NOW = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
ADDRESS = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ALARM = {
    "AlarmName": "checkout-5xx",
    "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:checkout-5xx",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold crossed",
    "StateChangeTime": "2026-03-02T08:14:05.123+0000",
}


def make_certificate(until: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(until)
        .sign(KEY, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(autouse=True)
def certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sns, "_certificates", {})
    sns.keep_certificate(ADDRESS, make_certificate(NOW + timedelta(days=1)))


def sign(version: str = "2", **changed: Any) -> dict[str, Any]:
    message = {
        "Type": "Notification",
        "MessageId": "95df01b4-ee98-4cb9-9903-4c221d41eb5e",
        "TopicArn": TOPIC,
        "Subject": "ALARM",
        "Message": json.dumps(ALARM),
        "Timestamp": "2026-03-02T08:14:06.000Z",
        "SignatureVersion": version,
        "SigningCertURL": ADDRESS,
        **changed,
    }
    algorithm = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = KEY.sign(sns.sign_text(message), padding.PKCS1v15(), algorithm)
    return {**message, "Signature": base64.b64encode(signature).decode()}


def receive_message(message: dict[str, Any], secret: str = TOPIC, now: datetime = NOW) -> list[str]:
    delivery = receive(
        CONNECTORS["aws_cloudwatch"],
        headers={},
        body=json.dumps(message).encode(),
        secrets=[secret],
        now=now,
    )
    assert delivery.quarantined == []
    return [record.external_id for record in delivery.records]


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_message_that_amazon_signed_for_the_topic_is_taken(version: str) -> None:
    assert receive_message(sign(version)) == [ALARM["AlarmArn"]]
    assert receive_message({key: value for key, value in sign(Subject=None).items() if value}) == [
        ALARM["AlarmArn"]
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"Message": json.dumps({**ALARM, "NewStateValue": "OK"})},
        {"MessageId": "another"},
        {"Signature": "AAAA"},
        {"Signature": "no base64!"},
        {"SignatureVersion": "3"},
        {
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem"
        },
        {
            "SigningCertURL": "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
        },
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/mine.pem"},
        {"SigningCertURL": f"{ADDRESS}?x=1"},
        {
            "SigningCertURL": "https://evil.example@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem"
        },
        {"SigningCertURL": ADDRESS.replace("0123", "ffff")},
    ],
)
def test_a_message_with_anything_changed_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(SignatureError):
        receive_message(sign() | changed)


def test_a_message_of_somebody_elses_topic_is_refused_although_amazon_signed_it() -> None:
    foreign = "arn:aws:sns:eu-west-1:999999999999:alarms"
    with pytest.raises(SignatureError, match="of another topic"):
        receive_message(sign(TopicArn=foreign))
    with pytest.raises(SignatureError, match="of another topic"):
        receive_message(sign(), secret=foreign)


def test_a_certificate_that_has_ended_signs_nothing() -> None:
    with pytest.raises(SignatureError, match="has ended"):
        receive_message(sign(), now=NOW + timedelta(days=2))


def test_a_certificate_or_a_confirmation_is_requested_from_amazon_alone() -> None:
    with fake_tool(lambda _request: Reply(raw=b"never")) as tool:
        for url in (tool.url, f"{tool.url}/SimpleNotificationService-0123456789abcdef.pem"):
            message = sign(SigningCertURL=url, Type="SubscriptionConfirmation", SubscribeURL=url, Token="t")
            sns.fetch_certificate(json.dumps(message).encode(), [TOPIC], tool.egress)
            assert not sns.confirm_subscription(json.dumps(message).encode(), tool.egress)
        assert tool.requests == []


def test_a_certificate_that_cannot_be_fetched_is_refused_and_stops_nothing() -> None:
    unknown = sign(SigningCertURL=ADDRESS.replace("0123", "ffff"))
    sns.fetch_certificate(b"no JSON", [TOPIC], EgressPolicy())
    sns.fetch_certificate(json.dumps(unknown).encode(), ["arn:aws:sns:eu-west-1:1:other"], EgressPolicy())

    with pytest.raises(SignatureError, match="could not be fetched"):
        receive_message(unknown)


def test_a_request_to_confirm_a_subscription_is_not_a_record() -> None:
    confirmation = sign(
        Type="SubscriptionConfirmation",
        SubscribeURL="https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
        Token="token",
    )
    assert receive_message(confirmation) == []
    with pytest.raises(SignatureError):
        receive_message(confirmation | {"SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Other"})
