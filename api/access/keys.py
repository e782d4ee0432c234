"""Signing keys, derived from the installation's secret: one key per purpose, not valid for any other."""

import hashlib
import hmac
from functools import lru_cache

from causeloop_pipeline.storage.secrets.key_ring import read_keys


def derive_key(purpose: str) -> bytes:
    """The signing key for one purpose."""
    return derive_keys(purpose)[0]


def derive_keys(purpose: str) -> tuple[bytes, ...]:
    """The signing key for one purpose, then those whose signatures are still accepted."""
    return tuple(_derive(secret, purpose) for secret in read_keys())


@lru_cache(maxsize=64)
def _derive(secret: bytes, purpose: str) -> bytes:
    return hmac.new(secret, f"causeloop/v1/{purpose}".encode(), hashlib.sha256).digest()
