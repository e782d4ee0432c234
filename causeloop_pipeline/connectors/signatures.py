"""Webhook signatures: how a tool signs what it sends."""

from dataclasses import KW_ONLY, dataclass
from typing import Literal


@dataclass(frozen=True)
class HmacSignature:
    """A keyed hash over the raw body, in a header."""

    header: str
    _: KW_ONLY
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    separator: str | None = None
    """Between several entries in one header."""
    signed: str = "{body}"
    """What is signed: {body}, {timestamp}, {id}, {url}, {method}."""
    timestamp_header: str | None = None
    timestamp_prefix: str | None = None
    """The timestamp is an entry of the signature header itself."""
    id_header: str | None = None
    secret_prefix: str | None = None
    """The secret is base64 behind this prefix; otherwise it is the text itself."""


@dataclass(frozen=True)
class SharedSecret:
    """The sender repeats the secret in a header, because some tools cannot sign."""

    header: str
    _: KW_ONLY
    prefix: str = ""


@dataclass(frozen=True)
class BasicSecret:
    """HTTP basic authentication: the secret is the password."""

    username: str = "causeloop"


@dataclass(frozen=True)
class UrlSecret:
    """The secret is a parameter of the address, for tools that can neither sign nor send a header."""

    parameter: str = "token"


@dataclass(frozen=True)
class DsnKey:
    """The secret is the public key of a Sentry SDK's DSN, which it repeats in the header X-Sentry-Auth."""

    header: str = "x-sentry-auth"
    parameter: str = "sentry_key"


@dataclass(frozen=True)
class JwtSignature:
    """A JSON web token signed with the secret (HS256), in a header; it says who sent, not what."""

    header: str = "authorization"
    _: KW_ONLY
    prefix: str = ""


@dataclass(frozen=True)
class SnsSignature:
    """Amazon SNS signs with a certificate of its own; the secret is the ARN of the topic that may send."""


Signature = HmacSignature | SharedSecret | BasicSecret | UrlSecret | DsnKey | JwtSignature | SnsSignature
OWN_SIGNATURE = HmacSignature("x-causeloop-signature")
