"""Verifies webhook signatures: on the raw body, before anything is parsed. Header names are in lower case."""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import jwt

from causeloop_pipeline.connectors.signatures import (
    BasicSecret,
    DsnKey,
    HmacSignature,
    JwtSignature,
    SharedSecret,
    Signature,
    SnsSignature,
    UrlSecret,
)
from causeloop_pipeline.landing.inbound.sns import SnsError, verify_message

TOLERANCE = timedelta(minutes=5)
PLACEHOLDERS = ("{timestamp}", "{id}", "{url}", "{method}", "{body}")


class SignatureError(Exception):
    """No valid signature: nothing of the delivery is stored."""


def verify(
    signatures: Sequence[Signature],
    *,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    url: str = "",
    method: str = "POST",
) -> None:
    """Raises SignatureError unless one of the signatures is valid with one of the live secrets."""
    live_secrets = [secret for secret in secrets if secret]
    if not live_secrets:
        raise SignatureError("the connector has no webhook secret")
    problems = []
    for signature in signatures:
        try:
            if isinstance(signature, HmacSignature):
                return _verify_hmac(signature, headers, body, live_secrets, now, url, method)
            if isinstance(signature, SnsSignature):
                return verify_message(body, live_secrets, now)
            if isinstance(signature, JwtSignature):
                return _verify_jwt(signature, headers, live_secrets, now)
            return _verify_repeated_secret(signature, headers, url, live_secrets)
        except (SignatureError, SnsError) as error:
            problems.append(str(error))
    raise SignatureError("; ".join(problems))


def sign(
    signature: HmacSignature,
    *,
    body: bytes,
    secret: str,
    timestamp: str = "",
    delivery_id: str = "",
    url: str = "",
    method: str = "POST",
) -> str:
    """The signature without its prefix, as the tool would compute it."""
    parts = {
        "{timestamp}": timestamp.encode(),
        "{id}": delivery_id.encode(),
        "{url}": url.encode(),
        "{method}": method.encode(),
        "{body}": body,
    }
    digest = hmac.digest(
        _decode_key(signature, secret), _fill_template(signature.signed, parts), signature.algorithm
    )
    return digest.hex() if signature.encoding == "hex" else base64.b64encode(digest).decode()


def _fill_template(template: str, parts: Mapping[str, bytes]) -> bytes:
    """Each placeholder filled once, left to right: a placeholder inside the body is not filled."""
    content, rest = b"", template
    while rest:
        place = next((place for place in PLACEHOLDERS if rest.startswith(place)), None)
        content += parts[place] if place else rest[0].encode()
        rest = rest[len(place) if place else 1 :]
    return content


def _verify_repeated_secret(
    signature: SharedSecret | BasicSecret | UrlSecret | DsnKey,
    headers: Mapping[str, str],
    url: str,
    secrets: Sequence[str],
) -> None:
    """The sender repeats the secret in a header, as a password, or in the address."""
    match signature:
        case SharedSecret():
            place, sent = f"the header {signature.header}", [headers.get(signature.header, "")]
            expected = [signature.prefix + secret for secret in secrets]
        case BasicSecret():
            place, sent = "the header authorization", [headers.get("authorization", "")]
            expected = [_encode_basic(f"{signature.username}:{secret}") for secret in secrets]
        case UrlSecret():
            place = f"the parameter {signature.parameter} of the address"
            sent, expected = parse_qs(urlsplit(url).query).get(signature.parameter, []), list(secrets)
        case DsnKey():
            place, expected = f"the header {signature.header}", list(secrets)
            sent = re.findall(rf"{signature.parameter}=([^,\s]+)", headers.get(signature.header, ""))
            sent = sent or parse_qs(urlsplit(url).query).get(signature.parameter, [])
    if not any(sent):
        raise SignatureError(f"{place} is missing")
    if not _matches_any(sent, expected):
        raise SignatureError(f"{place} does not hold the connector's secret")


def _encode_basic(pair: str) -> str:
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _verify_jwt(
    signature: JwtSignature, headers: Mapping[str, str], secrets: Sequence[str], now: datetime
) -> None:
    """A token signed with the secret; it must not have ended."""
    sent = headers.get(signature.header, "").removeprefix(signature.prefix).removeprefix("Bearer ")
    if not sent:
        raise SignatureError(f"the header {signature.header} is missing")
    for secret in secrets:
        try:
            claims = jwt.decode(
                sent,
                secret,
                algorithms=["HS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False, "verify_aud": False},
            )
        except jwt.PyJWTError:
            continue
        ends_at = claims.get("exp")
        if ends_at is None or (isinstance(ends_at, int | float) and ends_at > now.timestamp()):
            return
        raise SignatureError("the token of the delivery has ended")
    raise SignatureError(f"the header {signature.header} holds no token signed with the connector's secret")


def _verify_hmac(
    signature: HmacSignature,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    url: str,
    method: str,
) -> None:
    sent = headers.get(signature.header.lower())
    if not sent:
        raise SignatureError(f"the header {signature.header} is missing")
    entries = [entry.strip() for entry in sent.split(signature.separator)] if signature.separator else [sent]
    offered = [
        entry.removeprefix(signature.prefix) for entry in entries if entry.startswith(signature.prefix)
    ]
    if signature.encoding == "hex":
        offered = [entry.lower() for entry in offered]
    timestamp = _find_timestamp(signature, headers, entries, now)
    delivery_id = headers.get((signature.id_header or "").lower(), "")
    expected = [
        sign(
            signature,
            body=body,
            secret=secret,
            timestamp=timestamp,
            delivery_id=delivery_id,
            url=url,
            method=method,
        )
        for secret in secrets
    ]
    if not _matches_any(offered, expected):
        raise SignatureError(
            f"the header {signature.header} does not sign this body with the connector's secret"
        )


def _matches_any(offered: Sequence[str], expected: Sequence[str]) -> bool:
    """Compares every pair in constant time, so that the duration reveals nothing."""
    matches = [hmac.compare_digest(left.encode(), right.encode()) for left in offered for right in expected]
    return any(matches)


def _find_timestamp(
    signature: HmacSignature, headers: Mapping[str, str], entries: Sequence[str], now: datetime
) -> str:
    if signature.timestamp_header:
        sent = headers.get(signature.timestamp_header.lower(), "")
    elif signature.timestamp_prefix:
        prefix = signature.timestamp_prefix
        sent = next((entry.removeprefix(prefix) for entry in entries if entry.startswith(prefix)), "")
    else:
        return ""
    if abs(_parse_timestamp(sent) - now) > TOLERANCE:
        raise SignatureError("the signature's timestamp is more than five minutes away from now")
    return sent


def _parse_timestamp(sent: str) -> datetime:
    try:
        if not sent.isascii() or not sent.isdigit():
            moment = datetime.fromisoformat(sent)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = int(sent) / 1000 if len(sent) > 11 else int(sent)
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise SignatureError("the signature's timestamp is missing or unreadable") from None


def _decode_key(signature: HmacSignature, secret: str) -> bytes:
    if signature.secret_prefix is None:
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(signature.secret_prefix), validate=True)
    except binascii.Error:
        raise SignatureError("the connector's webhook secret is not base64") from None
