"""Which mappings read a stored record, with which configuration, and of which version they are."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from causeloop_pipeline.connectors.configuration import with_defaults
from causeloop_pipeline.connectors.mapping.map_record import MappedRecord, Record, map_record, select_mappings
from causeloop_pipeline.connectors.mapping.version import hash_mappings, is_configured
from causeloop_pipeline.connectors.registry import CONNECTORS

ANY_SOURCE = ""
"""Stands for sources that no connector has: only what is in the product's own form is read of them."""


def map_stored(record: Record, config: Mapping[str, Any], now: datetime) -> MappedRecord | None:
    """What the mappings of its source make of a record; None where there are none, as of a removed connector.

    `config` is the connector's as it is stored; `now` bounds the times that a record can have.
    """
    connector = CONNECTORS.get(record.source)
    if connector is None:
        mappings = select_mappings(record.kind, (), ())
        return map_record(mappings, record, {}, now) if mappings else None
    filled = {name: value for name, value in config.items() if value not in (None, "")}
    mappings = select_mappings(record.kind, connector.issues, connector.changes)
    return map_record(mappings, record, with_defaults(connector, filled), now) if mappings else None


def list_versions(sources: Iterable[str]) -> dict[str, str]:
    """The present version of the mappings of some sources, and of sources that no connector has."""
    return {name: _version_of(name) for name in (*sources, ANY_SOURCE)}


@cache
def list_configured() -> tuple[str, ...]:
    """The sources whose mappings read the configuration too, so that their version does not tell all."""
    return tuple(name for name, tool in CONNECTORS.items() if is_configured(tool.issues, tool.changes))


@cache
def _version_of(source: str) -> str:
    connector = CONNECTORS.get(source)
    return hash_mappings(connector.issues, connector.changes) if connector else hash_mappings((), ())
