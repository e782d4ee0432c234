"""Which mappings read a stored record, with which configuration, and of which version they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.declared.declaration import find_type
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.mapping.map_record import (
    MappedRecord,
    Mappings,
    Record,
    map_record,
    select_mappings,
)
from causeloop_pipeline.connectors.mapping.version import hash_mappings, is_configured
from causeloop_pipeline.connectors.own_tables.preset import DELETED
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.model.raw_record import (
    ABSENT,
    NORMALIZED,
    NORMALIZED_CHANGE,
    NORMALIZED_CONDITION,
)
from causeloop_pipeline.model.vendor_words import map_severity, map_vendor_word

ANY_SOURCE = ""
"""Stands for sources that no connector has: only what is in the product's own form is read of them."""

CLOSED = "closed"
PRODUCT_FORMS = frozenset({ABSENT, NORMALIZED, NORMALIZED_CONDITION, NORMALIZED_CHANGE})
OF_FILES = ("own_severity", "own_status")
"""What the words of a file mean, where its reader has judged them: no list of words knows them."""


@dataclass(frozen=True)
class Reader:
    """The mappings for a record, the configuration that they see, and whose words the record has."""

    mappings: Mappings
    config: Mapping[str, Any] = field(default_factory=dict)
    words_of: str | None = None
    own_words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def map_stored(record: Record, config: Mapping[str, Any], now: datetime) -> MappedRecord | None:
    """What the mappings of its source make of a record; None where there are none, as of a removed connector.

    `config` is the connector's as it is stored; `now` bounds the times that a record can have.
    """
    try:
        return map_by(CONNECTORS.get(find_type(record.source)), record, config, now)
    except DeclarationError as error:
        return MappedRecord(reason=f"the connector's declaration is no longer understood: {error}")


def map_by(
    connector: Connector | None, record: Record, config: Mapping[str, Any], now: datetime
) -> MappedRecord | None:
    """What a connector's mappings make of a record; DeclarationError where they cannot be read."""
    reader = _find_reader(connector, record, config)
    if not reader.mappings:
        return None
    shaped = replace(record, kind=_shape_of(reader, record))
    mapped = map_record(reader.mappings, shaped, reader.config, now)
    if record.payload.get(DELETED) is True and reader.words_of is not None:
        ended = {"resolved_at": record.updated_at} if record.updated_at else {}
        mapped = replace(mapped, fields={**ended, **mapped.fields, "status": CLOSED})
    meanings = _look_up(reader.own_words, mapped.fields)
    if record.kind in PRODUCT_FORMS:
        meanings |= {name: str(record.payload[name]) for name in OF_FILES if record.payload.get(name)}
    tool = reader.words_of or (connector.name if connector else record.source)
    meanings = {**_judge_severity(tool, str(mapped.fields.get("severity", ""))), **meanings}
    of = {"words_of": reader.words_of} if reader.words_of else {}
    return replace(mapped, fields={**mapped.fields, **meanings, **of}) if meanings or of else mapped


def list_versions(sources: Iterable[str]) -> dict[str, str]:
    """The present version of the mappings of some sources, and of sources that no connector has."""
    return {name: _version_of(name) for name in (*sources, ANY_SOURCE)}


@cache
def list_configured() -> tuple[str, ...]:
    """The sources whose mappings read the configuration too, so that their version does not tell all."""
    return tuple(
        name
        for name, tool in CONNECTORS.items()
        if tool.configure is not None or is_configured(tool.issues, tool.changes)
    )


def _find_reader(connector: Connector | None, record: Record, config: Mapping[str, Any]) -> Reader:
    if connector is None or record.kind in PRODUCT_FORMS:
        return Reader(select_mappings(record.kind, (), ()))
    if connector.query is not None and record.kind in CONNECTORS:  # a table of another tool's records
        tool = CONNECTORS[record.kind]
        return Reader(tool.issues, fill_defaults(tool, {}), words_of=tool.name)
    if connector.configure is not None:
        if not config.get("declaration"):
            return Reader(())  # it has gone with its connector
        connector = connector.resolve(config)
    filled = {name: value for name, value in config.items() if value not in (None, "")}
    mappings = select_mappings(record.kind, connector.issues, connector.changes)
    return Reader(mappings, fill_defaults(connector, filled), own_words=connector.words)


def _shape_of(reader: Reader, record: Record) -> str:
    """The kind that mappings see: a record of another tool's table is as that tool's first list has it."""
    return CONNECTORS[reader.words_of].pulls[0].schema.kind if reader.words_of else record.kind


def _look_up(own_words: Mapping[str, Mapping[str, str]], fields: Mapping[str, Any]) -> dict[str, str]:
    """What the connector's own list says of the words of a record, where it knows them."""
    meanings: dict[str, str] = {}
    for name, listed in own_words.items():
        meaning_of = {word.strip().lower(): meaning for word, meaning in listed.items()}
        if meaning := meaning_of.get(str(fields.get(name, "")).lower()):
            meanings[f"own_{name}"] = meaning
    return meanings


@lru_cache(maxsize=4096)
def _judge_severity(tool: str, word: str) -> Mapping[str, str]:
    """What a severity means that no list of words has: a number in any spelling, or several words."""
    meaning = None if map_vendor_word("severity", word, tool) else map_severity(word, tool)
    return {"own_severity": meaning} if meaning else {}


@cache
def _version_of(source: str) -> str:
    connector = CONNECTORS.get(find_type(source))
    return hash_mappings(connector.issues, connector.changes) if connector else hash_mappings((), ())
