"""Rows of a user's query as records in the product's own field names."""

from collections.abc import Iterator, Mapping
from typing import Any

from causeloop_pipeline.connectors.spec import Connector, RecordSchema
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.model.raw_record import NORMALIZED, Quarantined, RawRecord, canonical_json


def read_query_rows(
    connector: Connector, config: Mapping[str, Any], rows: list[dict[str, Any]]
) -> Iterator[RawRecord | Quarantined | None]:
    """Each row as a record, or set aside with the reason."""
    for row in rows:
        if "too_large" in row:
            yield refuse_large_row(connector, row)
        else:
            schema = _make_schema(config, is_dated=row["is_dated"])
            yield extract(connector.name, schema, row["record"], channel="poll", config=config)


def refuse_large_row(connector: Connector, row: Mapping[str, Any]) -> Quarantined:
    """A row that is too large to be read, by its beginning."""
    return Quarantined(
        connector.name,
        canonical_json({"row begins with": row["beginning"]}),
        f"larger than 1,000,000 bytes ({row['too_large']:,}): leave its largest column out",
        None,
    )


def _make_schema(config: Mapping[str, Any], *, is_dated: bool) -> RecordSchema:
    """How to read a row; a cursor column that only counts does not tell when the row changed."""
    changed_at = str(config["cursor_column"]) if is_dated else "updated_at"
    key = str(config["key_column"])
    return RecordSchema(key=key, updated_at=(changed_at,), kind=NORMALIZED, normalize=True)
