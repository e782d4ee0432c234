"""Maps a tool's record to the product's own field names, by the mapping that a person configured."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from causeloop_pipeline.connectors.json_paths import first_at
from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.landing.timestamps import TimestampError, parse_timestamp
from causeloop_pipeline.model.issue import TITLE_LIMIT

TEXT_FIELDS = (
    "external_id",
    "title",
    "body",
    "severity",
    "status",
    "service",
    "error_type",
    "team",
    "environment",
    "external_url",
)
TIME_FIELDS = ("source_created_at", "source_updated_at", "resolved_at")
PRODUCT_FIELDS = (*TEXT_FIELDS, *TIME_FIELDS, "attributes")


class ProductFieldError(ValueError):
    """A mapped value does not fit the product's field."""


def product_payload(
    record: Mapping[str, Any], mapping: Mapping[str, str], times: TimeFormat
) -> dict[str, Any]:
    """The record's product fields, by the mapping or their own names; the rest stays under `attributes`."""
    paths, mapped_keys = _list_paths(frozenset(mapping.items()))
    payload: dict[str, Any] = {}
    for field in TEXT_FIELDS:
        payload[field] = _text(field, first_at(record, paths[field]))
    for field in TIME_FIELDS:
        payload[field] = _moment(field, first_at(record, paths[field]), times)
    attributes = first_at(record, paths["attributes"])
    unmapped = {key: value for key, value in record.items() if key not in mapped_keys}
    payload["attributes"] = unmapped | (attributes if isinstance(attributes, dict) else {})
    if not payload["title"]:
        raise ProductFieldError(
            f"title: nothing at {paths['title'][0]!r}; map the field that holds the title"
        )
    payload["title"] = payload["title"][:TITLE_LIMIT]
    return {field: value for field, value in payload.items() if value not in (None, "", {})}


@lru_cache(maxsize=256)
def _list_paths(mapping: frozenset[tuple[str, str]]) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """Where each product field may stand, and the keys of a record that are one."""
    mapped = dict(mapping)
    paths = {field: tuple(dict.fromkeys((mapped.get(field, field), field))) for field in PRODUCT_FIELDS}
    return paths, frozenset(path.split(".")[0] for places in paths.values() for path in places)


def _text(field: str, value: Any) -> str | None:
    if isinstance(value, dict | list):
        raise ProductFieldError(f"{field}: expected a text, found a {type(value).__name__}")
    return None if value is None else str(value).strip()


def _moment(field: str, value: Any, times: TimeFormat) -> str | None:
    if value in (None, ""):
        return None
    try:
        moment = parse_timestamp(value, TimeFormat.ISO if isinstance(value, date | datetime) else times)
    except TimestampError as error:
        raise ProductFieldError(f"{field}: {error}") from None
    return moment.isoformat()
