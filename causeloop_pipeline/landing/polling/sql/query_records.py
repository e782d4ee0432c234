"""Rows of a user's query as records in the product's own field names, read as the rows of a file are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.export_file.row_values import RowReader
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.quiet_rows import mark_quiet
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, TableReading, study
from causeloop_pipeline.landing.extract import build_product_record
from causeloop_pipeline.model.raw_record import NoFailure, Outcome, Quarantined, canonical_json

UPDATED, OWN_ID, UPDATED_AT = "source_updated_at", "external_id", "updated_at"


@dataclass
class QueryReading:
    """How the columns of a query's rows write their dates, as far as is known: kept from sync to sync."""

    config: Mapping[str, Any]
    formats: dict[str, str] = field(default_factory=dict)

    def study(self, rows: list[dict[str, Any]]) -> TableReading:
        """How these rows are to be read; what was known before holds."""
        records = [row["record"] for row in rows if "record" in row]
        is_dated = all(row["is_dated"] for row in rows if "record" in row)
        rows_read = (mark_quiet(FileRow(0, record)) for record in records)
        reading = study(rows_read, self._choose(records, is_dated=is_dated))
        clear = {name: form for name, form in reading.formats.items() if name not in reading.ambiguous}
        self.formats = {**clear, **self.formats}
        ambiguous = tuple(name for name in reading.ambiguous if name not in self.formats)
        return replace(reading, formats={**reading.formats, **self.formats}, ambiguous=ambiguous)

    def settle(self, reading: TableReading) -> None:
        """Keep what all rows of a sync decided, also where day and month could still be swapped."""
        self.formats = {**reading.formats, **self.formats}

    def _choose(self, records: list[dict[str, Any]], *, is_dated: bool) -> ReadingChoices:
        columns = {name: str(column) for name, column in (self.config.get("fields") or {}).items()}
        names = {name for record in records for name in record}
        if UPDATED not in columns and UPDATED not in names:
            columns[UPDATED] = str(self.config["cursor_column"]) if is_dated else UPDATED_AT
        has_own_id = OWN_ID in names or OWN_ID in columns
        key = "" if has_own_id else str(self.config["key_column"])
        return ReadingChoices(columns, key=key)


def read_query_rows(
    connector: Connector, reading: TableReading, rows: list[dict[str, Any]]
) -> Iterator[Outcome]:
    """Each row as a record, set aside with the reason, or none with why it tells of no failure."""
    whole = [row for row in rows if "record" in row]
    for row in rows:
        if "too_large" in row:
            yield refuse_large_row(connector, row)
    read = RowReader(reading, are_dates_needed=False, are_rows_changed=True).read(
        [mark_quiet(FileRow(number, row["record"])) for number, row in enumerate(whole, 1)]
    )
    for row, outcome in zip(whole, read, strict=True):
        if outcome.payload is None and outcome.no_failure:
            yield NoFailure(outcome.no_failure)
        elif outcome.payload is None:
            where = f"column {outcome.column!r} " if outcome.column else ""
            yield Quarantined(
                connector.name, canonical_json(row["record"]), f"{where}{outcome.reason}", outcome.external_id
            )
        else:
            yield build_product_record(connector.name, outcome.payload, outcome.kind, "poll")


def refuse_large_row(connector: Connector, row: Mapping[str, Any]) -> Quarantined:
    """A row that is too large to be read, by its beginning."""
    return Quarantined(
        connector.name,
        canonical_json({"row begins with": row["beginning"]}),
        f"larger than 1,000,000 bytes ({row['too_large']:,}): leave its largest column out",
        None,
    )
