"""Signing keys, derived from the installation's secret: one key per purpose, not valid for any other."""

import base64
import hashlib
import hmac
from functools import cache

from causeloop_pipeline.settings import settings


@cache
def derive_key(purpose: str) -> bytes:
    """The signing key for one purpose."""
    secret = base64.b64decode(settings().require("secret_key"))
    return hmac.new(secret, f"causeloop/v1/{purpose}".encode(), hashlib.sha256).digest()
