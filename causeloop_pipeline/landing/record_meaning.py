"""Reads a raw record as the issue or change that the connector's mappings say it is.

The pipeline does the same in dbt, over all versions of a record; this is for one payload at a time and
without a database: `causeloop connectors map`, connection tests and the connector wizard.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.connectors.mapping.evaluate import Payload, evaluate, evaluate_time, holds
from causeloop_pipeline.connectors.mapping.expressions import Pluck, Source
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_CHANGE, PRODUCT_ISSUE
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.export_file.vocabulary import map_vendor_word
from causeloop_pipeline.model.instant_range import MIN_INSTANT, find_range_problem
from causeloop_pipeline.model.raw_record import CHANGE, NORMALIZED, NORMALIZED_CHANGE, RawRecord

WEB_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)
MAX_TITLE = 300
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


class UnknownVariantError(ValueError):
    """No mapping of the connector fits the record, or it finds no title or impossible times in it."""


def read_meaning(connector: Connector, record: RawRecord, config: Mapping[str, Any]) -> RecordMeaning:
    """The issue or change that a record is; UnknownVariantError where no mapping of the connector fits."""
    connector = CONNECTORS[record.source] if record.source != connector.name else connector
    is_change = record.kind in {CHANGE, NORMALIZED_CHANGE}
    mappings = _find_mappings(connector, record.kind)
    payload = Payload(record.payload, record.kind, config)
    mapping = next((mapping for mapping in mappings if holds(mapping.when, payload)), None)
    if mapping is None:
        keys = ", ".join(sorted(record.payload)[:8])
        raise UnknownVariantError(f"no known variant of a {connector.name} {record.kind} has the keys {keys}")

    fields, paths = _read_fields(mapping, payload)
    if isinstance(mapping, IssueMapping):
        if "title" not in fields:
            raise UnknownVariantError(f"no title where a {connector.name} {record.kind} has one")
        _map_words(connector, fields)
        _read_attributes(mapping, payload, fields, paths)
    if not WEB_ADDRESS.match(fields.get("external_url", "https://-")):
        del fields["external_url"]
    _check_times(connector, fields)
    identity = {"source": connector.name, "external_id": record.external_id}
    updated_at = {"source_updated_at": record.source_updated_at} if record.source_updated_at else {}
    return RecordMeaning(
        kind="change" if is_change else "issue",
        variant=mapping.name,
        fields=identity | fields | updated_at,
        paths=paths,
        unread=tuple(sorted(_list_unread_paths(record.payload, paths))),
    )


def _find_mappings(connector: Connector, kind: str) -> tuple[IssueMapping, ...] | tuple[ChangeMapping, ...]:
    """The mappings that apply to records of a kind."""
    if kind in {CHANGE, NORMALIZED_CHANGE}:
        return (PRODUCT_CHANGE,) if kind == NORMALIZED_CHANGE else connector.changes
    return (PRODUCT_ISSUE,) if kind == NORMALIZED else connector.issues


def _read_fields(
    mapping: IssueMapping | ChangeMapping, payload: Payload
) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    fields: dict[str, str | datetime] = {}
    paths: dict[str, tuple[str, ...]] = {}
    for name, source in mapping.texts.items():
        if value := evaluate(source, payload):
            fields[name] = value.text[:MAX_TITLE] if name == "title" else value.text
            paths[name] = value.paths
    for name, moment in mapping.times.items():
        if time := evaluate_time(moment, payload):
            fields[name], paths[name] = time
    return fields, paths


def _check_times(connector: Connector, fields: dict[str, Any]) -> None:
    """Refuse times that cannot be right; an end that lies before 1990 stands for "not yet"."""
    resolved_at = fields.get("resolved_at")
    if resolved_at is not None and resolved_at < MIN_INSTANT:
        del fields["resolved_at"]
    now = datetime.now(UTC)
    for name, value in fields.items():
        if isinstance(value, datetime) and (problem := find_range_problem(value, now)):
            raise UnknownVariantError(f"{name} of the {connector.title} record {problem}: {value}")


def _map_words(connector: Connector, fields: dict[str, Any]) -> None:
    """Replace the tool's words for severity and status by the product's; unknown words become attributes."""
    attributes = fields.setdefault("attributes", {})
    for name, default in (("severity", DEFAULT_SEVERITY), ("status", DEFAULT_STATUS)):
        word = fields.get(name)
        meaning = None if word is None else _find_meaning(connector, name, word)
        if word is not None:
            fields[f"{name}_value"] = word
            if meaning is None:
                attributes[f"unmapped_{name}"] = word
        fields[name] = meaning or default
    if fields["status"] not in ENDED:
        fields.pop("resolved_at", None)


def _find_meaning(connector: Connector, field: str, word: str) -> str | None:
    """What a word means by the connector's own list, then by that of its type, then by that of any tool."""
    own = {name.strip().lower(): meaning for name, meaning in connector.words.get(field, {}).items()}
    return own.get(word.strip().lower()) or map_vendor_word(field, word, connector.name)


def _read_attributes(
    mapping: IssueMapping, payload: Payload, fields: dict[str, Any], paths: dict[str, tuple[str, ...]]
) -> None:
    if mapping.attributes_from is not None:
        whole = payload.at(mapping.attributes_from)
        fields["attributes"] |= whole if isinstance(whole, dict) else {}
        paths["attributes"] = (mapping.attributes_from,)
    for name, source in mapping.attributes.items():
        value, used = _read_attribute(source, payload)
        if value is not None:
            fields["attributes"][name] = value
            paths[f"attributes.{name}"] = used


def _read_attribute(source: Source, payload: Payload) -> tuple[Any, tuple[str, ...]]:
    """Plain paths give the JSON value as it is, everything else a text."""
    if isinstance(source, Pluck):
        return payload.pluck(source), (source.path,)
    alternatives = source if isinstance(source, tuple) else (source,)
    if all(isinstance(path, str) for path in alternatives):
        values = ((payload.at(str(path)), (str(path),)) for path in alternatives)
        return next((value for value in values if value[0] is not None), (None, ()))
    text = evaluate(source, payload)
    return (text.text, text.paths) if text else (None, ())


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
