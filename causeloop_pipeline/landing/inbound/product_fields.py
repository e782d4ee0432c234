"""Checks what is sent in the product's own field names: texts, choices and times, field by field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.landing.json_guard import GuardError, validate_json
from causeloop_pipeline.landing.timestamps import OutOfRangeError, TimestampError, parse_timestamp
from causeloop_pipeline.model.change import TEXT_FIELDS as CHANGE_TEXT_FIELDS
from causeloop_pipeline.model.change import ChangeKind
from causeloop_pipeline.model.issue import (
    CHOICES,
    DEFAULT_SOURCE,
    ISSUE_FIELDS,
    TIME_FIELDS,
    TITLE_LIMIT,
    VISIBLE,
)
from causeloop_pipeline.model.raw_record import Channel, RawRecord, canonical_json, sha256_hex

WEB_ADDRESS = re.compile(r"https?://|$", re.IGNORECASE)
MAX_AHEAD = timedelta(days=1)
MAX_LENGTHS = {field.name: field.max_length for field in ISSUE_FIELDS if field.name not in CHOICES}
SHARED_MAX_LENGTHS = {name: MAX_LENGTHS[name] for name in CHANGE_TEXT_FIELDS}


@dataclass(frozen=True)
class FieldError:
    """What is wrong, and where: a JSON pointer into the payload."""

    pointer: str
    message: str
    is_out_of_range: bool = False
    """A time, written as it should be, that cannot be right."""


class IngestError(ValueError):
    """The payload cannot be accepted; `errors` names every bad field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.pointer}: {error.message}" for error in errors))
        self.errors = errors


@dataclass(frozen=True)
class FieldRules:
    """What the fields of an event or a change may hold: texts by maximum length, choices, and times."""

    max_lengths: Mapping[str, int]
    choices: Mapping[str, Sequence[str]]
    times: Sequence[str]

    def find_errors(self, payload: Mapping[str, Any], now: datetime) -> list[FieldError]:
        """Every field that breaks a rule."""
        return [
            *_find_text_errors(payload, self.max_lengths),
            *_find_choice_errors(payload, self.choices),
            *_find_time_errors(payload, self.times, now),
        ]


EVENT_RULES = FieldRules(
    max_lengths={**SHARED_MAX_LENGTHS, **MAX_LENGTHS},
    choices=CHOICES,
    times=TIME_FIELDS,
)
CHANGE_RULES = FieldRules(
    max_lengths=SHARED_MAX_LENGTHS,
    choices={"kind": tuple(ChangeKind)},
    times=("changed_at", "source_updated_at"),
)


def require_object(payload: Any) -> dict[str, Any]:
    """The payload in storable form, without its nulls; IngestError where it is not an object."""
    try:
        payload, _ = validate_json(payload)
    except GuardError as error:
        raise IngestError([FieldError("", str(error))]) from None
    if not isinstance(payload, dict):
        raise IngestError([FieldError("", "an event must be an object")])
    return {key: value for key, value in payload.items() if value is not None}


def take_source(payload: dict[str, Any]) -> str:
    """The source that a payload names, taken out of it; unknown ones become `custom_api`."""
    source = payload.pop("source", None)
    return source if source in CONNECTORS else DEFAULT_SOURCE


def build_raw_record(source: str, payload: dict[str, Any], *, kind: str, channel: Channel) -> RawRecord:
    """The raw record of a payload in the product's field names, its `external_id` included."""
    canonical = canonical_json(payload)
    updated_at = payload.get("source_updated_at")
    return RawRecord(
        source=source,
        external_id=payload["external_id"],
        payload=payload,
        payload_hash=sha256_hex(canonical),
        source_updated_at=datetime.fromisoformat(updated_at) if updated_at else None,
        kind=kind,
        channel=channel,
        canonical=canonical,
    )


def _find_text_errors(payload: Mapping[str, Any], max_lengths: Mapping[str, int]) -> Iterator[FieldError]:
    """The title is required; all other texts must only fit."""
    if not re.search(VISIBLE, str(payload.get("title", ""))):
        yield FieldError("/title", f"is required: 1 to {TITLE_LIMIT} characters")
    for name, max_length in max_lengths.items():
        value = payload.get(name)
        if value is not None and not isinstance(value, str):
            yield FieldError(f"/{name}", "must be a text")
        elif value is not None and len(value.strip()) > max_length:
            yield FieldError(f"/{name}", f"must have at most {max_length:,} characters")
    address = payload.get("external_url")
    if isinstance(address, str) and not WEB_ADDRESS.match(address.strip()):
        yield FieldError("/external_url", "must begin with https:// or http://")
    if "source" in payload and not isinstance(payload["source"], str):
        yield FieldError("/source", "must be a text")


def _find_choice_errors(
    payload: Mapping[str, Any], choices: Mapping[str, Sequence[str]]
) -> Iterator[FieldError]:
    for name, allowed in choices.items():
        if name in payload and payload[name] not in allowed:
            yield FieldError(f"/{name}", f"must be one of {', '.join(allowed)}")


def _find_time_errors(
    payload: Mapping[str, Any], names: Sequence[str], now: datetime
) -> Iterator[FieldError]:
    for name in names:
        if name not in payload:
            continue
        try:
            if parse_timestamp(payload[name], TimeFormat.ISO) > now + MAX_AHEAD:
                yield FieldError(f"/{name}", "lies in the future", is_out_of_range=True)
        except OutOfRangeError as error:
            yield FieldError(f"/{name}", str(error), is_out_of_range=True)
        except TimestampError:
            yield FieldError(f"/{name}", "must be an ISO 8601 time such as 2026-03-01T09:30:00Z")
