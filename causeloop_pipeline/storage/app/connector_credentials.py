"""Encrypts and decrypts the credentials of a connector for the one origin that its configuration names."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.egress.origin import find_credentials_origin
from causeloop_pipeline.storage.app.vault import Vault

CREDENTIALS = "credentials"


def seal_credentials(vault: Vault, credentials: Mapping[str, str], connector: Mapping[str, Any]) -> bytes:
    """Encrypt credentials for a connector's row and origin."""
    return vault.seal(credentials, *_name_row(connector), CREDENTIALS, _find_origin(connector))


def open_credentials(vault: Vault, connector: Mapping[str, Any]) -> dict[str, str]:
    """Decrypt the credentials of a connector's row; SecretError where they belong to another origin."""
    return vault.open(connector["credentials"], *_name_row(connector), CREDENTIALS, _find_origin(connector))


def _name_row(connector: Mapping[str, Any]) -> tuple[UUID, UUID]:
    return connector["workspace_id"], connector["connector_id"]


def _find_origin(connector: Mapping[str, Any]) -> str:
    """The origin by type and configuration; a type that no longer exists has none."""
    tool = CONNECTORS.get(connector["type"])
    return "nowhere" if tool is None else find_credentials_origin(tool, connector["config"])
