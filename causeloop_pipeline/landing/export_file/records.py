"""Rows of files as records to be stored: unchanged what they say, in the product's own fields."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from causeloop_pipeline.landing.extract import MAX_EXTERNAL_ID
from causeloop_pipeline.landing.json_guard import MAX_BYTES, GuardError, validate_json
from causeloop_pipeline.model.raw_record import Channel, Quarantined, RawRecord, canonical_json, sha256_hex


@dataclass(frozen=True)
class ImportedFile:
    """A file whose rows are landed: what it is called, and the import that its records belong to."""

    name: str
    import_id: UUID


def build_record(
    source: str, file: ImportedFile, number: int, kind: str, payload: dict[str, Any], channel: Channel
) -> RawRecord | Quarantined:
    """The record of a row, or the row set aside with why it cannot be stored."""
    place = f"{file.name}, row {number}"
    try:
        payload, canonical = validate_json(payload)
        external_id = str(payload["external_id"])
        external_id.encode()
        if len(canonical) > MAX_BYTES:
            raise GuardError(f"it is larger than {MAX_BYTES:,} bytes ({len(canonical):,})")
        if len(external_id) > MAX_EXTERNAL_ID:
            raise GuardError(f"its id is longer than {MAX_EXTERNAL_ID} characters")
    except (GuardError, UnicodeError) as error:
        raw = canonical_json({"file": file.name, "row": number})
        return Quarantined(source, raw, f"{place}: {error}")
    updated_at = payload.get("source_updated_at")
    return RawRecord(
        source=source,
        external_id=external_id,
        payload=payload,
        payload_hash=sha256_hex(canonical),
        source_updated_at=None if updated_at is None else datetime.fromisoformat(updated_at),
        kind=kind,
        channel=channel,
        canonical=canonical,
        import_id=file.import_id,
    )


def set_aside(
    source: str, file: ImportedFile, number: int, column: str, reason: str, beginning: str
) -> Quarantined:
    """A row, or as number 0 the whole file, that cannot be read: what, where, and what to do."""
    where = f"{file.name}, row {number}" if number else file.name
    if column:
        where += f", column {column!r}"
    raw = canonical_json(
        {"file": file.name, "row": number, "begins with": beginning.encode(errors="replace").decode()}
    )
    return Quarantined(source, raw, f"{where}: {reason}")
