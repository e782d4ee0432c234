"""Signs outgoing webhooks by the Standard Webhooks specification (symmetric scheme, v1)."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

SECRET_PREFIX = "whsec_"  # noqa: S105 - the specification's prefix, not a secret


class SigningSecretError(ValueError):
    """A webhook channel's secret does not have the specification's format."""


def sign_headers(secret: str, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers by which a receiver verifies sender, time and content."""
    timestamp = str(int(now.timestamp()))
    content = b".".join([message_id.encode(), timestamp.encode(), body])
    digest = hmac.new(_decode_key(secret), content, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _decode_key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise SigningSecretError("a webhook secret is `whsec_` and 24 to 64 bytes in base64") from None
