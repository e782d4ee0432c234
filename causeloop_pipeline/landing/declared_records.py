"""Lands the records of declared connectors in the product's own field names, the original beside them.

A built-in tool has a staging model that reads its payloads; a declaration that a person wrote has none, so
its mappings are evaluated when a record arrives. What they make of it is the same.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.record_meaning import RecordMeaning, UnknownVariantError, read_meaning
from causeloop_pipeline.model.raw_record import (
    NORMALIZED,
    NORMALIZED_CHANGE,
    Quarantined,
    RawRecord,
    canonical_json,
    sha256_hex,
)

ORIGINAL = "original"
"""Where the record stands as the tool sent it."""
NOT_IN_PAYLOAD = frozenset({"source", "severity_value", "status_value"})


def map_records(
    connector: Connector, outcomes: Iterable[RawRecord | Quarantined], config: Mapping[str, Any]
) -> tuple[list[RawRecord], list[Quarantined]]:
    """The records as they are landed; what no mapping fits is set aside with the reason."""
    records: list[RawRecord] = []
    quarantined: list[Quarantined] = []
    for outcome in outcomes:
        mapped = outcome if isinstance(outcome, Quarantined) else _map(connector, outcome, config)
        if isinstance(mapped, Quarantined):
            quarantined.append(mapped)
        else:
            records.append(mapped)
    return records, quarantined


def _map(connector: Connector, record: RawRecord, config: Mapping[str, Any]) -> RawRecord | Quarantined:
    if not connector.is_mapped_at_landing:
        return record
    try:
        meaning = read_meaning(connector, record, config)
    except UnknownVariantError as error:
        return Quarantined(record.source, record.payload_json, str(error), record.external_id)
    payload = {**_product_fields(meaning), ORIGINAL: record.payload}
    canonical = canonical_json(payload)
    return RawRecord(
        source=record.source,
        external_id=record.external_id,
        payload=payload,
        payload_hash=sha256_hex(canonical),
        source_updated_at=record.source_updated_at,
        kind=NORMALIZED_CHANGE if meaning.kind == "change" else NORMALIZED,
        channel=record.channel,
        canonical=canonical,
    )


def _product_fields(meaning: RecordMeaning) -> dict[str, Any]:
    fields = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in meaning.fields.items()
        if name not in NOT_IN_PAYLOAD
    }
    if "change_kind" in fields:
        fields["kind"] = fields.pop("change_kind")
    return fields
