"""Encrypts credentials at rest: AES-GCM under the installation's key, bound to the row they belong to.

The associated data names workspace, connector and field, so a ciphertext copied to another row cannot
be read there.
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
VERSION = b"\x01"


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

    def seal(self, secrets: Mapping[str, str], workspace_id: UUID, owner_id: UUID, purpose: str) -> bytes:
        """Encrypt named secrets for one row."""
        nonce = os.urandom(NONCE_BYTES)
        clear = json.dumps(dict(secrets), sort_keys=True).encode()
        row = self._make_associated_data(workspace_id, owner_id, purpose)
        return VERSION + nonce + AESGCM(self.key).encrypt(nonce, clear, row)

    def open(self, sealed: bytes | None, workspace_id: UUID, owner_id: UUID, purpose: str) -> dict[str, str]:
        """Decrypt what was encrypted for this row; nothing gives an empty mapping."""
        if not sealed:
            return {}
        nonce, cipher = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        row = self._make_associated_data(workspace_id, owner_id, purpose)
        try:
            clear = AESGCM(self.key).decrypt(nonce, cipher, row)
        except InvalidTag:
            raise SecretError(
                f"the {purpose} of {owner_id} cannot be decrypted: "
                "was CAUSELOOP_SECRET_KEY changed, or the row copied?"
            ) from None
        return dict(json.loads(clear))

    @staticmethod
    def _make_associated_data(workspace_id: UUID, owner_id: UUID, purpose: str) -> bytes:
        return f"{workspace_id}|{owner_id}|{purpose}".encode()
