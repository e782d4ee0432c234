"""Encrypts credentials at rest: AES-GCM envelope encryption, bound to the row they belong to.

Every value has a key of its own, which the installation's master key wraps: another master key wraps it again
without touching the value. The associated data names workspace, connector, field and, for credentials, the
origin they are sent to: a ciphertext copied to another row, or whose row names another receiver, cannot be
read there.
"""

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES, NONCE_BYTES, KEY_ID_BYTES, TAG_BYTES = 32, 12, 8, 16
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
WITHOUT_ORIGIN, WITHOUT_ENVELOPE, VERSION = b"\x01", b"\x02", b"\x03"


class SecretError(ValueError):
    """A stored secret cannot be read with this installation's key."""


def decode_master_key(encoded: str) -> bytes:
    """A master key from base64."""
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise SecretError("CAUSELOOP_SECRET_KEY must be 32 bytes in base64 (openssl rand -base64 32)")
    return key


def identify_key(key: bytes) -> bytes:
    """The id of a master key in stored values; it does not reveal the key."""
    return hashlib.sha256(b"causeloop key id" + key).digest()[:KEY_ID_BYTES]


@dataclass(frozen=True)
class Vault:
    """Encrypts with one master key, and decrypts with it or another that is still accepted."""

    key: bytes = field(repr=False)
    accepted: tuple[bytes, ...] = field(default=(), repr=False)
    reread: "Callable[[], Vault] | None" = field(default=None, repr=False, compare=False)
    """Loads the current vault, for a value whose master key this one does not know yet."""

    @classmethod
    def of(cls, encoded: str) -> "Vault":
        """The vault of a base64 key of 32 bytes."""
        return cls(decode_master_key(encoded))

    def seal(
        self, secrets: Mapping[str, str], workspace_id: UUID, owner_id: UUID, purpose: str, origin: str = ""
    ) -> bytes:
        """Encrypt named secrets for one row and, where they are sent anywhere, for one origin."""
        row = f"{workspace_id}|{owner_id}|{purpose}"
        own_key, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
        clear = json.dumps(dict(secrets), sort_keys=True).encode()
        cipher = AESGCM(own_key).encrypt(nonce, clear, f"{row}|{origin}".encode())
        return self._wrap(own_key, row) + nonce + cipher

    def open(
        self, sealed: bytes | None, workspace_id: UUID, owner_id: UUID, purpose: str, origin: str = ""
    ) -> dict[str, str]:
        """Decrypt what was encrypted for this row and origin; None gives an empty mapping."""
        if not sealed:
            return {}
        row = f"{workspace_id}|{owner_id}|{purpose}"
        try:
            if sealed[:1] == VERSION:
                rest = sealed[1 + KEY_ID_BYTES + WRAPPED_BYTES :]
                key = self._unwrap(sealed, row)
                clear = AESGCM(key).decrypt(
                    rest[:NONCE_BYTES], rest[NONCE_BYTES:], f"{row}|{origin}".encode()
                )
            else:
                clear = self._open_without_envelope(sealed, row, origin)
        except (InvalidTag, ValueError):
            raise _explain(owner_id, purpose) from None
        return dict(json.loads(clear))

    def is_current(self, sealed: bytes) -> bool:
        """Whether a stored value's data key is wrapped by this vault's own master key."""
        return sealed[: 1 + KEY_ID_BYTES] == VERSION + identify_key(self.key)

    def rewrap(self, sealed: bytes, workspace_id: UUID, owner_id: UUID, purpose: str) -> bytes | None:
        """The value with its data key wrapped by this vault's master key; None: it has no envelope yet."""
        if sealed[:1] != VERSION:
            return None
        row = f"{workspace_id}|{owner_id}|{purpose}"
        try:
            own_key = self._unwrap(sealed, row)
        except (InvalidTag, ValueError):
            raise _explain(owner_id, purpose) from None
        return self._wrap(own_key, row) + sealed[1 + KEY_ID_BYTES + WRAPPED_BYTES :]

    def _wrap(self, own_key: bytes, row: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        wrapped = AESGCM(self.key).encrypt(nonce, own_key, f"{row}|key".encode())
        return VERSION + identify_key(self.key) + nonce + wrapped

    def _unwrap(self, sealed: bytes, row: str) -> bytes:
        key_id = sealed[1 : 1 + KEY_ID_BYTES]
        wrapped = sealed[1 + KEY_ID_BYTES :][:WRAPPED_BYTES]
        master = self._find(key_id) or (self.reread()._find(key_id) if self.reread else None)
        if master is None:
            raise SecretError("no accepted master key has this id")
        return AESGCM(master).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], f"{row}|key".encode())

    def _find(self, key_id: bytes) -> bytes | None:
        return next((key for key in (self.key, *self.accepted) if identify_key(key) == key_id), None)

    def _open_without_envelope(self, sealed: bytes, row: str, origin: str) -> bytes:
        """Decrypt what an earlier version encrypted with the master key itself."""
        version, nonce, cipher = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        # Written before origins were bound; PATCH compares them.
        bound_to = row if version == WITHOUT_ORIGIN else f"{row}|{origin}"
        for key in (self.key, *self.accepted):
            try:
                return AESGCM(key).decrypt(nonce, cipher, bound_to.encode())
            except InvalidTag:
                continue
        raise InvalidTag


def _explain(owner_id: UUID, purpose: str) -> SecretError:
    return SecretError(
        f"the {purpose} of {owner_id} cannot be decrypted: was CAUSELOOP_SECRET_KEY changed, the row "
        "copied, or the address they belong to changed?"
    )
