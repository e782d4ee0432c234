"""Rows of files as records to be stored: unchanged what they say, in the product's own fields."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from causeloop_pipeline.landing.extract import build_product_record
from causeloop_pipeline.model.raw_record import Channel, Quarantined, RawRecord, canonical_json


@dataclass(frozen=True)
class ImportedFile:
    """A file whose rows are landed: what it is called, and the import that its records belong to."""

    name: str
    import_id: UUID


def build_record(
    source: str, file: ImportedFile, number: int, kind: str, payload: dict[str, Any], channel: Channel
) -> RawRecord | Quarantined:
    """The record of a row, or the row set aside with why it cannot be stored."""
    record = build_product_record(source, payload, kind, channel, file.import_id)
    if isinstance(record, RawRecord):
        return record
    raw = canonical_json({"file": file.name, "row": number})
    return Quarantined(source, raw, f"{file.name}, row {number}: {record.reason}")


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
