"""Keys for signing, each for one purpose, so that what one signs no other accepts."""

import base64
import hashlib
import hmac
from functools import cache

from causeloop_pipeline.settings import settings


@cache
def derived_key(purpose: str) -> bytes:
    """A key for one purpose, from the installation's secret."""
    secret = base64.b64decode(settings().required("secret_key"))
    return hmac.new(secret, f"causeloop/v1/{purpose}".encode(), hashlib.sha256).digest()
