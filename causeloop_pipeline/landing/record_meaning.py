"""Reads a raw record as the issue or change that the connector's mappings say it is, in the product's words.

The pipeline maps records by the same function, and looks words up in SQL, where a workspace's own ones are.
This is for one payload at a time and without a database: `causeloop connectors map`, connection tests and the
connector wizard.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.connectors.mapping.map_record import Record
from causeloop_pipeline.connectors.record_mappings import map_by
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.model.raw_record import CHANGES, RawRecord
from causeloop_pipeline.model.vendor_words import map_vendor_word

DEFAULT_SEVERITY, DEFAULT_STATUS = "p3", "open"
ENDED = frozenset({"resolved", "closed"})


@dataclass(frozen=True)
class RecordMeaning:
    """The product's fields of one record, where each was read, and what of the payload was left unread."""

    kind: str
    """`issue` or `change`."""
    variant: str
    fields: dict[str, Any]
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    is_success: bool = False
    """A run that succeeded: no failure, but the end of those of its job before it."""
    occurring: dict[str, Any] = field(default_factory=dict)
    """Of occurrences: what the id names, the job, how often and when."""


class UnknownVariantError(ValueError):
    """No mapping of the connector fits the record, or it finds no title or impossible times in it."""


def read_meaning(connector: Connector, record: RawRecord, config: Mapping[str, Any]) -> RecordMeaning:
    """The issue or change that a record is; UnknownVariantError where no mapping of the connector fits."""
    connector = CONNECTORS[record.source] if record.source != connector.name else connector
    stored = Record(record.source, record.kind, record.payload, record.source_updated_at)
    mapped = map_by(connector, stored, config, datetime.now(UTC))
    if mapped is None:
        raise UnknownVariantError(f"no mapping of {connector.title} reads a {record.kind}")
    if mapped.variant is None or mapped.reason is not None:
        raise UnknownVariantError(mapped.reason)
    is_change, fields = record.kind in CHANGES, dict(mapped.fields)
    words_of = fields.pop("words_of", connector.name)
    if not is_change:
        _map_words(words_of, fields)
    identity = {"source": connector.name, "external_id": record.external_id}
    updated_at = {"source_updated_at": record.source_updated_at} if record.source_updated_at else {}
    return RecordMeaning(
        kind="change" if is_change else "issue",
        variant=mapped.variant,
        fields=identity | fields | updated_at,
        paths=mapped.paths,
        unread=tuple(sorted(_list_unread_paths(record.payload, mapped.paths))),
        is_success=bool(mapped.occurring.get("is_success")),
        occurring=mapped.occurring,
    )


def _map_words(words_of: str, fields: dict[str, Any]) -> None:
    """Replace the tool's words for severity and status by the product's; unknown words become attributes."""
    attributes = fields["attributes"] = dict(fields["attributes"])
    for name, default in (("severity", DEFAULT_SEVERITY), ("status", DEFAULT_STATUS)):
        word, own = fields.get(name), fields.pop(f"own_{name}", None)
        meaning = None if word is None else own or map_vendor_word(name, word, words_of)
        if word is not None:
            fields[f"{name}_value"] = word
            if meaning is None:
                attributes[f"unmapped_{name}"] = word
        fields[name] = meaning or default
    if fields["status"] not in ENDED:
        fields.pop("resolved_at", None)


def _list_unread_paths(document: Any, paths: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The leaves of a document that no field was read from."""
    used = tuple(path for read in paths.values() for path in read)
    for leaf in _list_leaves(document):
        if not any(leaf == path or leaf.startswith(path + ".") for path in used):
            yield leaf


def _list_leaves(value: Any, path: str = "") -> Iterator[str]:
    children: Iterator[tuple[str, Any]] = iter(())
    if isinstance(value, dict):
        children = ((key.replace(".", r"\."), child) for key, child in value.items())
    elif isinstance(value, list):
        children = ((str(place), child) for place, child in enumerate(value))
    else:
        if value not in (None, ""):
            yield path
        return
    for step, child in children:
        yield from _list_leaves(child, f"{path}.{step}" if path else step)
