"""Maps a tool's record to the product's own field names, by the mapping that a person configured."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from causeloop_pipeline.connectors.json_paths import MissingValueError, fill, find_value
from causeloop_pipeline.connectors.mapping.json_text import write_json
from causeloop_pipeline.connectors.mapping.plain_texts import name_json
from causeloop_pipeline.connectors.mapping.product_record import JOB
from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.landing.timestamps import TimestampError, parse_timestamp
from causeloop_pipeline.model.issue import TEXT_FIELDS, TIME_FIELDS, TITLE_LIMIT, IssueStatus
from causeloop_pipeline.model.state_flags import is_over

PRODUCT_FIELDS = (*TEXT_FIELDS, *TIME_FIELDS, "attributes")

TEMPLATE = "{"
NOT_NAMED = ("external_id", "external_url")
"""Fields that are nothing that an object is called."""

Place = tuple[str | None, str]
"""The key that a path is, None where it is longer than one; and the path."""


class ProductFieldError(ValueError):
    """A mapped value does not fit the product's field."""


def build_product_payload(
    record: Mapping[str, Any], mapping: Mapping[str, str], times: TimeFormat
) -> dict[str, Any]:
    """The record's product fields, by the mapping or their own names; the rest stays under `attributes`."""
    mapped = tuple(mapping.items())
    mapped_keys = _list_mapped_keys(mapped)
    payload: dict[str, Any] = {}
    attributes: Any = None
    for field, places in _list_places(mapped, mapped_keys.intersection(record)):
        if (value := _find(record, places)) is None:
            continue
        if field == "attributes":
            attributes = value
        elif field in TIME_FIELDS:
            payload[field] = _read_moment(field, value, times)
        elif text := _read_status(mapping, value) if field == "status" else _read_text(field, value):
            payload[field] = text
    job = _find(record, ((None, mapping.get(JOB, JOB)),))
    if isinstance(job, str | int):
        payload[JOB] = str(job)
    unmapped = {key: value for key, value in record.items() if key not in mapped_keys}
    if attributes := unmapped | (attributes if isinstance(attributes, dict) else {}):
        payload["attributes"] = attributes
    if "title" not in payload:
        place = mapping.get("title", "title")
        raise ProductFieldError(f"title: nothing at {place!r}; map the field that holds the title")
    payload["title"] = payload["title"][:TITLE_LIMIT]
    return payload


def _list_paths(mapping: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    """Where each product field may be: at the mapped path, or else under its own name."""
    mapped = dict(mapping)
    return {field: tuple(dict.fromkeys((mapped.get(field, field), field))) for field in PRODUCT_FIELDS}


@lru_cache(maxsize=256)
def _list_mapped_keys(mapping: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """The keys of a record that hold a product field."""
    return frozenset(path.split(".")[0] for paths in _list_paths(mapping).values() for path in paths)


@lru_cache(maxsize=1024)
def _list_places(
    mapping: tuple[tuple[str, str], ...], keys: frozenset[str]
) -> tuple[tuple[str, tuple[Place, ...]], ...]:
    """Where the product fields may be in a record that has these of the mapped keys."""
    fields = (
        (
            field,
            tuple((path if path and path in keys else None, path) for path in paths if _may_hold(path, keys)),
        )
        for field, paths in _list_paths(mapping).items()
    )
    return tuple((field, places) for field, places in fields if places)


def _may_hold(path: str, keys: frozenset[str]) -> bool:
    """Whether a path may lead to something in a record with these keys; one with a dot has to be walked."""
    return path in keys or not path or "." in path or TEMPLATE in path


def _find(record: Mapping[str, Any], places: tuple[Place, ...]) -> Any:
    """The first value at any of the places that is not empty."""
    for key, path in places:
        value = _find_at(record, path) if key is None else record[key]
        if value is not None and value != "":
            return value
    return None


def _find_at(record: Mapping[str, Any], path: str) -> Any:
    """The value at a path, or what a template such as `https://ci.acme.example/{job}` makes of the record."""
    if TEMPLATE not in path:
        return find_value(record, path)
    try:
        return fill(path, lambda name: find_value(record, name))
    except MissingValueError:
        return None


def _read_text(field: str, value: Any) -> str:
    if not isinstance(value, dict | list):
        return str(value).strip()
    if field in NOT_NAMED:
        raise ProductFieldError(f"{field}: expected a text, found a {type(value).__name__}")
    return name_json(write_json(value))


def _read_status(mapping: Mapping[str, str], value: Any) -> str:
    """The word of a status; of a yes or no such as that of `is_resolved` what it means."""
    name = mapping.get("status", "status").rpartition(".")[2].lower()
    over = is_over(name, flag=value) if isinstance(value, bool) else None
    if over is None:
        return _read_text("status", value)
    return (IssueStatus.RESOLVED if over else IssueStatus.OPEN).value


def _read_moment(field: str, value: Any, times: TimeFormat) -> str:
    try:
        moment = parse_timestamp(value, TimeFormat.ISO if isinstance(value, date | datetime) else times)
    except TimestampError as error:
        raise ProductFieldError(f"{field}: {error}") from None
    return moment.isoformat()
