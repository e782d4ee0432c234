"""AWS Signature Version 4, as AWS documents it."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

import httpx2

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class AwsKey:
    """An access key, with the service and region that it signs for."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    service: str
    region: str
    session_token: str | None = field(default=None, repr=False)


def sign_request(
    key: AwsKey,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
    now: datetime,
    others: Collection[str] = (),
) -> dict[str, str]:
    """The headers that sign a request: its date, its signature, and the session's token if there is one.

    Amazon's own headers are signed; `others` names further headers to sign, in lower case.
    """
    address = httpx2.URL(url)
    moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    host = address.netloc.decode()
    added = {"X-Amz-Date": moment}
    if key.session_token:
        added["X-Amz-Security-Token"] = key.session_token
    signable = {
        name: value
        for name, value in headers.items()
        if name.lower().startswith("x-amz-") or name.lower() in others
    }
    signed = {name.lower(): value.strip() for name, value in {"host": host, **signable, **added}.items()}
    names = ";".join(sorted(signed))
    canonical = "\n".join(
        (
            method,
            quote(address.path or "/", safe="/-_.~"),
            _write_canonical_query(address),
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            hashlib.sha256(content or b"").hexdigest(),
        )
    )
    scope = f"{day}/{key.region}/{key.service}/aws4_request"
    text = "\n".join((ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    signature = hmac.digest(_derive_signing_key(key, day), text.encode(), "sha256").hex()
    credential = f"Credential={key.access_key_id}/{scope}"
    return {
        **added,
        "Authorization": f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}",
    }


def _write_canonical_query(address: httpx2.URL) -> str:
    pairs = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in address.params.multi_items()
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def _derive_signing_key(key: AwsKey, day: str) -> bytes:
    digest = f"AWS4{key.secret_access_key}".encode()
    for part in (day, key.region, key.service, "aws4_request"):
        digest = hmac.digest(digest, part.encode(), "sha256")
    return digest
