"""Messages of Amazon SNS: signed with the key of a certificate that only Amazon serves, sent by one topic.

Anybody with an account at Amazon can have a message signed, so the topic must be one the connector names.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from causeloop_pipeline.connectors.spec import Connector, SnsSignature
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.http import Limits, Request, exchange, require_success
from causeloop_pipeline.egress.policy import EgressPolicy

AMAZON_HOST = re.compile(r"sns\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?")
CERTIFICATE_PATH = re.compile(r"/SimpleNotificationService-[0-9a-f]+\.pem")
SIGNED_FIELDS = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
SIGNED_FIELDS["UnsubscribeConfirmation"] = SIGNED_FIELDS["SubscriptionConfirmation"]
HASHES: Mapping[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303
MAX_CERTIFICATES = 100
LIMITS = Limits(silence_seconds=3.0, answer_seconds=5.0, max_bytes=20_000)

_certificates: dict[str, x509.Certificate] = {}


class SnsError(ValueError):
    """The message is not one of a topic that the connector names, or its signature is wrong."""


def takes_sns(connector: Connector) -> bool:
    """Whether a connector's webhook may come from Amazon SNS."""
    webhook = connector.webhook
    return webhook is not None and any(isinstance(entry, SnsSignature) for entry in webhook.signatures)


def read_message(body: bytes) -> dict[str, Any] | None:
    """The message of SNS that a body is, None where it is anything else."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    is_message = isinstance(document, dict) and document.get("Type") in SIGNED_FIELDS
    return document if is_message and "SigningCertURL" in document else None


def fetch_certificate(body: bytes, topics: Sequence[str], egress: EgressPolicy) -> None:
    """Fetch the certificate that a message of a known topic names, unless it is here or is not Amazon's."""
    message = read_message(body)
    if message is None or not _is_of(message, topics):
        return
    try:
        url = _find_certificate_address(message)
        if url not in _certificates:
            request = Request("the certificate of Amazon SNS", "GET", url)
            keep_certificate(url, require_success(request, exchange(request, egress, LIMITS)).body)
    except (SnsError, OutsideFailure, ValueError):
        return  # the signature is then refused, and SNS sends the message again


def keep_certificate(url: str, pem: bytes) -> None:
    """Keep a certificate under its address for this process's life."""
    if len(_certificates) >= MAX_CERTIFICATES:
        _certificates.clear()
    _certificates[url] = x509.load_pem_x509_certificate(pem)


def verify_message(body: bytes, topics: Sequence[str], now: datetime) -> None:
    """SnsError unless the body is a message that Amazon signed, of one of the topics."""
    message = read_message(body)
    if message is None:
        raise SnsError("the body is not a message of Amazon SNS")
    if not _is_of(message, topics):
        raise SnsError("the message is of another topic: the connector's webhook secret is the topic's ARN")
    certificate = _certificates.get(_find_certificate_address(message))
    if certificate is None:
        raise SnsError("the certificate of Amazon SNS could not be fetched")
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise SnsError("the certificate of Amazon SNS has ended")
    algorithm, key = HASHES.get(str(message.get("SignatureVersion"))), certificate.public_key()
    if algorithm is None or not isinstance(key, rsa.RSAPublicKey):
        raise SnsError("the message is signed in a way that is not known")
    try:
        signature = base64.b64decode(str(message.get("Signature")), validate=True)
        key.verify(signature, sign_text(message), padding.PKCS1v15(), algorithm)
    except (InvalidSignature, binascii.Error):
        raise SnsError("the signature of Amazon SNS does not sign this message") from None


def _is_of(message: Mapping[str, Any], topics: Sequence[str]) -> bool:
    topic = str(message.get("TopicArn")).encode()
    return any(hmac.compare_digest(topic, expected.encode()) for expected in topics)


def sign_text(message: Mapping[str, Any]) -> bytes:
    """What Amazon signs: the names and values of some fields, a line each."""
    names = SIGNED_FIELDS[message["Type"]]
    return "".join(f"{name}\n{message[name]}\n" for name in names if message.get(name) is not None).encode()


def confirm_subscription(body: bytes, egress: EgressPolicy) -> bool:
    """Confirm the subscription that a verified message is about; whether there was one and it worked."""
    message = read_message(body)
    if message is None or message["Type"] != "SubscriptionConfirmation":
        return False
    url = str(message.get("SubscribeURL"))
    if not _is_amazons(url):
        return False
    request = Request("Amazon SNS", "GET", url)
    try:
        require_success(request, exchange(request, egress, LIMITS))
    except OutsideFailure:
        return False
    return True


def _find_certificate_address(message: Mapping[str, Any]) -> str:
    url = str(message.get("SigningCertURL"))
    if not _is_amazons(url) or not CERTIFICATE_PATH.fullmatch(urlsplit(url).path) or urlsplit(url).query:
        raise SnsError("the message names a certificate that is not Amazon's")
    return url


def _is_amazons(url: str) -> bool:
    """Whether an address is one of SNS itself, on HTTPS and its own port."""
    try:
        split = urlsplit(url)
        return split.scheme == "https" and bool(AMAZON_HOST.fullmatch(split.netloc))
    except ValueError:
        return False
