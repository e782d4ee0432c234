"""Sites: of all tools of a type, the one whose ids a connector's records bear.

Two connectors of one tool have one site, so that what both read is one issue; those of two tools have two,
for both may number their records from 1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.json_paths import PLACEHOLDER, MissingValueError, fill_from
from causeloop_pipeline.connectors.own_tables.read_tables import list_tables
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Config, Connector, Field

CASED_FIELDS = frozenset({"path", "prefix"})
"""Fields of which capital letters make another place."""
DATA_CENTERS = frozenset({"realm", "region"})
"""Parts of addresses that many accounts of a vendor share."""
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Neighbor:
    """Another connector of the workspace: what it reads, and its site."""

    type: str
    config: Config
    site: str


def choose_site(
    connector: Connector, config: Config, connector_id: UUID, neighbors: Iterable[Neighbor] = ()
) -> str:
    """The site of a connector: that of a neighbor that reads the same tool, else its location, else its own.

    `neighbors` are those of its kin, the oldest first.
    """
    neighbors = list(neighbors)
    location = find_location(connector, config)
    if not location:
        return str(connector_id)  # nothing tells where it is that pushes
    there = [each for each in neighbors if find_location(CONNECTORS[each.type], each.config) == location]
    if there:
        return there[0].site if _tells_accounts_apart(connector, config) else str(connector_id)
    if any(neighbor.site == location for neighbor in neighbors):
        return str(connector_id)  # the tool that was there has moved, and its ids with it
    return location


def list_other_sources(connector: Connector) -> list[str]:
    """The other types whose records a connector brings."""
    schemas = [listed.schema for listed in connector.pulls]
    schemas += [event.schema for event in connector.webhook.events] if connector.webhook else []
    return sorted({schema.source for schema in schemas if schema.source})


@cache
def list_kin(connector_type: str) -> list[str]:
    """The type, and those that bring records of each other with it: what they read is one tool."""
    pairs = [(name, other) for name, tool in CONNECTORS.items() for other in list_other_sources(tool)]
    kin = {connector_type}
    while added := {name for pair in pairs if kin & set(pair) for name in pair} - kin:
        kin |= added
    return sorted(kin)


def find_location(connector: Connector, config: Config) -> str:
    """Where a configuration says that the tool is, in one spelling; empty where it does not."""
    try:
        resolved = connector.resolve(config)
    except DeclarationError:
        return ""
    values = fill_defaults(connector, config)
    parts = [_find_address(resolved, values), *(_spell(name, values) for name in resolved.site or ())]
    if resolved.query is not None and any(parts):
        parts.append(_find_tables(resolved.query.dialect, values))
    return "/".join(part for part in parts if part)


def _find_address(connector: Connector, values: Mapping[str, Any]) -> str:
    """The tool's address without its scheme, default port and last slash."""
    if connector.files is not None:
        return "" if connector.files.place == "upload" else connector.files.place
    try:
        address = fill_from(str(values.get("base_url") or connector.base_url or ""), values)
        parts = urlsplit(address)
        port = parts.port
    except (MissingValueError, ValueError):
        return ""
    is_default = port is None or port == DEFAULT_PORTS.get(parts.scheme)
    return f"{parts.hostname or ''}{'' if is_default else f':{port}'}{parts.path.rstrip('/')}"


def _spell(name: str, values: Mapping[str, Any]) -> str:
    """A field's value in one spelling: capital letters and the order of a list make no other tool."""
    value = values.get(name)
    listed = sorted(map(str, value)) if isinstance(value, list | tuple) else [str(value or "")]
    text = ",".join(listed).strip().strip("/")
    return text if name in CASED_FIELDS else text.lower()


def _find_tables(dialect: str, values: Mapping[str, Any]) -> str:
    """The tables that are read: those of a preset, or those that the query names."""
    if preset := values.get("preset"):
        return ".".join(filter(None, (_spell("schema", values), str(preset))))
    return ",".join(list_tables(str(values.get("query") or ""), dialect))


def _tells_accounts_apart(connector: Connector, config: Config) -> bool:
    """Whether two connectors of one location read one tool, whatever their credentials say."""
    try:
        connector = connector.resolve(config)
    except DeclarationError:
        return False
    if connector.site is not None or config.get("base_url") or not connector.base_url:
        return True
    named = set(PLACEHOLDER.findall(connector.base_url))
    return any(field.name in named and _names_an_account(field) for field in connector.fields)


def _names_an_account(field: Field) -> bool:
    """Whether everybody fills a part of the address in, and otherwise than others of the same data center."""
    return field.required and field.default is None and field.name not in DATA_CENTERS
