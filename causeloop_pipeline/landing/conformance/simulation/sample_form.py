"""Fills a connector's form with sample values that its own patterns accept."""

import json
import re
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from causeloop_pipeline.connectors.spec import Connector, Field

SAMPLES = (
    "acme",
    "ACME",
    "acme/shop",
    "4711",
    "acme.example.com",
    "acme.okta.com",
    "acme.zendesk.com",
    "https://acme.example.com",
    "eu-west-1",
    "eu",
    "us",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "acme-shop",
    "acme_shop",
    "123456789012",
    "a1b2c3d4e5f60718293a4b5c6d7e8f90",  # pragma: allowlist secret
    "projects/acme",
    "organizations/4711",
    "organizations/4711/sources/-",
    "PROJ",
    "UTC",
    "ada@example.com",
    "2026-01-01",
    "acme.service-now.com",
    "acme.crowdstrike.com",
    "acme.cloud.databricks.com",
    "arn:aws:glue:eu-west-1:123456789012:job/acme",
)


class NoSampleError(ValueError):
    """No sample fits a field: the connector's case needs a configuration of its own."""


def sample_config(connector: Connector, entered: dict[str, Any]) -> dict[str, Any]:
    """The given configuration, and samples for what it leaves out and the connector wants.

    A list that is read for each entry of a field needs one entry.
    """
    for_each = {listed.for_each for listed in connector.pulls}
    wanted = {
        entry.name: entry
        for entry in connector.config
        if (entry.required and entry.default is None) or entry.name in for_each
    }
    return {name: _sample(entry) for name, entry in wanted.items() if name not in entered} | entered


def sample_credentials(connector: Connector) -> dict[str, str]:
    """A credential for each field, none of them real."""
    return {entry.name: _make_credential(entry) for entry in connector.credentials}


def _sample(entry: Field) -> Any:
    if entry.type == "number":
        return 1
    if entry.type == "mapping":
        return {}
    candidates = (*entry.choices, *SAMPLES)
    fitting = (text for text in candidates if not entry.pattern or re.fullmatch(entry.pattern, text))
    text = next(fitting, None)
    if text is None:
        raise NoSampleError(f"no sample fits {entry.name!r}: put one into the case's config.json")
    return [text] if entry.type == "list" else text


def _make_credential(entry: Field) -> str:
    label = f"{entry.name} {entry.title} {entry.help}".lower()
    if "service_account" in entry.name or "key file" in label or "service account" in label:
        return json.dumps({"client_email": "robot@example.com", "private_key": _make_pem()})
    if "private_key" in entry.name or "private key" in label:
        return _make_pem()
    candidates = (*entry.choices, f"planted-{entry.name}", *SAMPLES)
    fitting = (text for text in candidates if not entry.pattern or re.fullmatch(entry.pattern, text))
    text = next(fitting, None)
    if text is None:
        raise NoSampleError(f"no sample fits the credential {entry.name!r}")
    return text


@cache
def _make_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
