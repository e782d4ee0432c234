"""Reads deliveries of any form: in the product's field names, or else as the messages of a tool."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.spec import RecordSchema
from causeloop_pipeline.landing.extract import build_product_record, extract, quarantine
from causeloop_pipeline.landing.field_mapping import TEMPLATE
from causeloop_pipeline.landing.json_guard import GuardError, validate_json
from causeloop_pipeline.landing.messages.lists import list_messages
from causeloop_pipeline.landing.messages.reading import read_message
from causeloop_pipeline.landing.messages.seen import NoMessageError
from causeloop_pipeline.model.issue import TIME_FIELDS
from causeloop_pipeline.model.raw_record import NORMALIZED_CONDITION, NoFailure, Outcome, RawRecord

NEEDED = ("external_id", "title")
"""What a body in the product's field names has."""


def read_any_form(
    source: str, schema: RecordSchema, document: Any, config: Mapping[str, Any] | None
) -> list[Outcome]:
    """What became of each message of a body."""
    mapping = dict((config or {}).get("fields") or {})
    now = datetime.now(UTC)
    return [_read(source, schema, message, mapping, config, now) for message in list_messages(document)]


def _read(
    source: str,
    schema: RecordSchema,
    message: Any,
    mapping: Mapping[str, str],
    config: Mapping[str, Any] | None,
    now: datetime,
) -> Outcome:
    if not isinstance(message, dict) or _is_in_own_form(message, mapping):
        return _date(extract(source, schema, message, channel="webhook", config=config), now)
    chosen = {name: path for name, path in mapping.items() if TEMPLATE not in path}
    try:
        message, _ = validate_json(message)
        read = read_message(message, now, chosen)
    except (NoMessageError, GuardError) as error:
        return quarantine(source, schema, message, str(error))
    if isinstance(read, NoFailure):
        return read
    return build_product_record(source, read.payload, read.kind, "webhook")


def _date(outcome: Outcome, now: datetime) -> Outcome:
    """The record of a condition, of now where it holds no time: it may fail again within a minute."""
    if not isinstance(outcome, RawRecord) or outcome.kind != NORMALIZED_CONDITION:
        return outcome
    if any(name in outcome.payload for name in TIME_FIELDS):
        return outcome
    payload = {**outcome.payload, "source_updated_at": now.isoformat()}
    return build_product_record(outcome.source, payload, outcome.kind, outcome.channel)


def _is_in_own_form(message: Mapping[str, Any], mapping: Mapping[str, str]) -> bool:
    """Whether a message has an id and a title where the product, or a person's mapping, looks for them."""
    return all(
        TEMPLATE in mapping.get(name, "")
        or any(find_value(message, path) not in (None, "") for path in (mapping.get(name, name), name))
        for name in NEEDED
    )
