"""Encrypts and decrypts the credentials of a connector for those who receive them by its configuration.

Beside the credentials stands for whom they were entered (`credential_receivers`). Where type, declaration or
configuration would send them to anybody else, or in another way, they must be entered again: until then they
cannot be decrypted, so nothing is sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.declared.declaration import DECLARATION
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.json_paths import PLACEHOLDER
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.origin import find_base_url, find_port, parse_web_address
from causeloop_pipeline.egress.receivers import NOBODY, Receivers, describe_receivers, find_receivers
from causeloop_pipeline.storage.app.vault import SecretError, Vault

CREDENTIALS = "credentials"
RECEIVERS = "credential_receivers"


class OtherReceiversError(SecretError):
    """The stored credentials were entered for other receivers: they must be entered again."""


def seal_credentials(vault: Vault, credentials: Mapping[str, str], connector: Mapping[str, Any]) -> bytes:
    """Encrypt credentials for a connector's row and receivers, which are to be stored beside them."""
    return vault.seal(credentials, *_name_row(connector), CREDENTIALS, _find_receivers(connector).as_text())


def find_stored_receivers(connector: Mapping[str, Any]) -> dict[str, Any]:
    """The receivers by a connector's type and configuration, as they are stored beside its credentials."""
    return _find_receivers(connector).as_document()


def open_credentials(vault: Vault, connector: Mapping[str, Any]) -> dict[str, str]:
    """Decrypt the credentials of a connector's row; SecretError where they were entered for others."""
    sealed = connector["credentials"]
    if not sealed:
        return {}
    receivers = _find_receivers(connector)
    require_same_receivers(connector[RECEIVERS], receivers.as_document())
    try:
        return vault.open(sealed, *_name_row(connector), CREDENTIALS, receivers.as_text())
    except SecretError:
        # Sealed by an earlier version, which knew the base address only.
        return vault.open(sealed, *_name_row(connector), CREDENTIALS, _find_single_origin(connector))


@dataclass(frozen=True)
class Reentry:
    """A connector whose credentials have to be entered again: for whom they were, and why."""

    connector_id: UUID
    entered_for: Mapping[str, Any]
    reason: str


def find_reentries(followers: Iterable[Mapping[str, Any]], document: Mapping[str, Any]) -> list[Reentry]:
    """The connectors with credentials that another version of their declaration would send elsewhere."""
    reentries = []
    for row in followers:
        bound = row[RECEIVERS] or find_stored_receivers(row)
        now = find_stored_receivers({**row, "config": {**row["config"], DECLARATION: document}})
        try:
            require_same_receivers(bound, now)
        except OtherReceiversError as error:
            reentries.append(Reentry(row["connector_id"], bound, str(error)))
    return reentries


def require_same_receivers(bound: Mapping[str, Any] | None, now: Mapping[str, Any]) -> None:
    """OtherReceiversError where credentials that were entered for some would go to others."""
    if bound is not None and bound != now:
        raise OtherReceiversError(
            f"the credentials were entered for {describe_receivers(bound)}; an address or the way of "
            f"authenticating has changed, and they would be sent to {describe_receivers(now)}: for that they "
            "cannot be decrypted, enter them again"
        )


def _name_row(connector: Mapping[str, Any]) -> tuple[UUID, UUID]:
    return connector["workspace_id"], connector["connector_id"]


def _find_receivers(connector: Mapping[str, Any]) -> Receivers:
    """The receivers by type and configuration; a type that no longer exists has none."""
    tool = CONNECTORS.get(connector["type"])
    return NOBODY if tool is None else find_receivers(tool, connector["config"])


def _find_single_origin(connector: Mapping[str, Any]) -> str:
    """What earlier versions sealed credentials for."""
    tool: Connector | None = CONNECTORS.get(connector["type"])
    if tool is None:
        return "nowhere"
    try:
        config, tool = fill_defaults(tool, connector["config"]), tool.resolve(connector["config"])
        if (source := tool.query or tool.files) is not None:
            names = PLACEHOLDER.findall(source.origin)
            places = {name: config.get(name) for name in names}
            return source.origin.format(
                **{name: place.lower() if isinstance(place, str) else place for name, place in places.items()}
            )
        url = parse_web_address(find_base_url(tool, config))
    except (DeclarationError, PermanentFailure):
        return "nowhere"
    return f"{url.scheme}://{url.host}:{find_port(url)}"
