"""Encrypts credentials at rest: AES-GCM under the installation's key, bound to the row they belong to.

The associated data names workspace, connector, field and, for credentials, the origin they are sent to: a
ciphertext copied to another row, or whose row names another receiver, cannot be read there.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
WITHOUT_ORIGIN, VERSION = b"\x01", b"\x02"


class SecretError(ValueError):
    """A stored secret cannot be read with this installation's key."""


@dataclass(frozen=True)
class Vault:
    """Encrypts and decrypts the secrets of an installation."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, encoded: str) -> "Vault":
        """The vault of a base64 key of 32 bytes."""
        key = base64.b64decode(encoded)
        if len(key) != 32:
            raise SecretError("CAUSELOOP_SECRET_KEY must be 32 bytes in base64 (openssl rand -base64 32)")
        return cls(key)

    def seal(
        self, secrets: Mapping[str, str], workspace_id: UUID, owner_id: UUID, purpose: str, origin: str = ""
    ) -> bytes:
        """Encrypt named secrets for one row and, where they are sent anywhere, for one origin."""
        nonce = os.urandom(NONCE_BYTES)
        clear = json.dumps(dict(secrets), sort_keys=True).encode()
        bound_to = f"{workspace_id}|{owner_id}|{purpose}|{origin}".encode()
        return VERSION + nonce + AESGCM(self.key).encrypt(nonce, clear, bound_to)

    def open(
        self, sealed: bytes | None, workspace_id: UUID, owner_id: UUID, purpose: str, origin: str = ""
    ) -> dict[str, str]:
        """Decrypt what was encrypted for this row and origin; nothing gives an empty mapping."""
        if not sealed:
            return {}
        version, nonce, cipher = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        bound_to = f"{workspace_id}|{owner_id}|{purpose}"
        if version != WITHOUT_ORIGIN:  # written before origins were bound; PATCH compares them
            bound_to += f"|{origin}"
        try:
            clear = AESGCM(self.key).decrypt(nonce, cipher, bound_to.encode())
        except (InvalidTag, ValueError):
            raise SecretError(
                f"the {purpose} of {owner_id} cannot be decrypted: was CAUSELOOP_SECRET_KEY changed, the row "
                "copied, or the address they belong to changed?"
            ) from None
        return dict(json.loads(clear))
