"""A stored secret can be decrypted only for its own row and with its own key."""

import base64
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.storage.app.vault import SecretError, Vault

VAULT = Vault(b"k" * 32)
ROW, OTHER = UUID(int=1), UUID(int=2)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=5))
def test_sealed_secrets_open_again(secrets: dict[str, str]) -> None:
    sealed = VAULT.seal(secrets, ROW, OTHER, "credentials")

    assert VAULT.open(sealed, ROW, OTHER, "credentials") == secrets


@pytest.mark.parametrize(
    ("workspace_id", "owner_id", "purpose"),
    [(OTHER, OTHER, "credentials"), (ROW, ROW, "credentials"), (ROW, OTHER, "webhook_secrets")],
)
def test_a_ciphertext_copied_to_another_row_cannot_be_decrypted(
    workspace_id: UUID, owner_id: UUID, purpose: str
) -> None:
    sealed = VAULT.seal({"token": "t"}, ROW, OTHER, "credentials")

    with pytest.raises(SecretError, match="cannot be decrypted"):
        VAULT.open(sealed, workspace_id, owner_id, purpose)


def test_another_key_does_not_open_it() -> None:
    sealed = VAULT.seal({"token": "t"}, ROW, OTHER, "credentials")

    with pytest.raises(SecretError):
        Vault(b"x" * 32).open(sealed, ROW, OTHER, "credentials")


def test_the_same_secret_never_has_the_same_ciphertext() -> None:
    assert VAULT.seal({"a": "b"}, ROW, OTHER, "c") != VAULT.seal({"a": "b"}, ROW, OTHER, "c")


def test_neither_key_nor_secret_is_printed() -> None:
    key = base64.b64encode(uuid4().bytes * 2).decode()

    assert key not in repr(Vault.of(key))


def test_a_short_key_is_explained() -> None:
    with pytest.raises(SecretError, match="32 bytes"):
        Vault.of(base64.b64encode(b"short").decode())
