"""In which repository or project of a tracker a ticket is opened: that of the service, where there is one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.model.comparable_names import normalize_service_name

FIELDS = (("ticket_repository", "repositories"), ("ticket_project", "projects"), ("ticket_team", "teams"))
"""The field of a configuration that names where tickets go, and the one that lists what is read."""


@dataclass(frozen=True)
class TicketTarget:
    """Where a ticket is opened (none: the tracker has one place), and why there."""

    name: str | None
    reason: str


def list_targets(connector: Connector, config: Mapping[str, Any]) -> list[str]:
    """The repositories or projects that a configuration names, that of its tickets first."""
    names = _find_fields(connector)
    if names is None:
        return []
    chosen, listed = names
    values = [config.get(chosen), *(config.get(listed) or ())]
    return list(dict.fromkeys(unquote(str(value)) for value in values if value))


def choose_target(
    connector: Connector, config: Mapping[str, Any], service: str | None, repository: str | None
) -> TicketTarget:
    """The repository of a service where the connector has it, else the one that the connector names."""
    targets = list_targets(connector, config)
    if not targets:
        return TicketTarget(None, "the connector has one place for tickets")
    if repository in targets:
        return TicketTarget(repository, f"the repository of {service}")
    if service:
        named = next((each for each in targets if _normalize(each) == _normalize(service)), None)
        if named:
            return TicketTarget(named, f"named like {service}")
    names = _find_fields(connector)
    is_set = names is not None and bool(config.get(names[0]))
    reason = "the connector sends its tickets there" if is_set else "the first that the connector names"
    return TicketTarget(targets[0], reason)


def direct_to(connector: Connector, config: Mapping[str, Any], target: str | None) -> dict[str, Any]:
    """The configuration with tickets going to a target; none: where they went before."""
    names = _find_fields(connector)
    if target is None or names is None:
        return dict(config)
    written = {unquote(str(value)): value for value in config.get(names[1]) or ()}
    return {**config, names[0]: written.get(target, target)}


def _find_fields(connector: Connector) -> tuple[str, str] | None:
    present = {field.name for field in connector.config}
    return next((names for names in FIELDS if names[0] in present), None)


def _normalize(name: str) -> str:
    return normalize_service_name(name.rpartition("/")[2])
