"""Opens a connector for writing into its tracker: its configuration, its credentials, the egress policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.app.connectors import read_active_connector
from causeloop_pipeline.storage.app.vault import SecretError


@dataclass(frozen=True)
class TrackerConnection:
    """A connector that may be written through."""

    connector: Connector
    config: Mapping[str, Any] = field(repr=False)
    credentials: Mapping[str, str] = field(repr=False)
    egress: EgressPolicy


def open_connection(installation: Installation, workspace_id: UUID, connector_id: UUID) -> TrackerConnection:
    """A workspace's connector; PermanentFailure where it is paused, in error, gone or cannot be opened."""
    try:
        with installation.database.workspace(workspace_id) as session:
            configured = read_active_connector(session, installation.vault, workspace_id, connector_id)
    except SecretError as error:
        raise PermanentFailure(str(error)) from None
    if configured is None:
        raise PermanentFailure("its connector is paused, in error or gone: resume it, then try again")
    connector = CONNECTORS[configured.type]
    return TrackerConnection(
        connector,
        fill_defaults(connector, configured.config),
        configured.credentials,
        EgressPolicy.parse(read_allowed(installation.settings)),
    )
