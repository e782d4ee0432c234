"""CSV without a header is read by the places of its values: no line is lost, and none taken for names."""

import io

from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.formats import read_rows
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, study

LINE = (
    '2026-09-01 09:00:0{n}.123 UTC,"shop","orders",4711,"10.0.0.7:4989",6b0db42c.3ad9,1,"SELECT",'
    '2026-09-01 08:59:00 UTC,3/12,0,{level},22012,"{message}",,,,,,"select 1/0",15,,"api","client backend",,0'
)


def read(*lines: str) -> list[ReadRow]:
    rows = list(read_rows(io.BytesIO("\n".join(lines).encode()), "log.csv", "csv"))
    return RowReader(study(rows, ReadingChoices())).read(rows)


def test_postgresqls_log_has_its_errors_from_the_first_line_on() -> None:
    first, second, third = read(
        LINE.format(n=1, level="ERROR", message="division by zero"),
        LINE.format(n=2, level="LOG", message="checkpoint complete"),
        LINE.format(n=3, level="ERROR", message="deadlock detected"),
    )

    assert first.payload is not None
    assert (first.payload["title"], first.payload["severity"]) == ("division by zero", "ERROR")
    assert first.payload["source_created_at"] == "2026-09-01T09:00:01.123000+00:00"
    assert second.no_failure == "a log entry of the level log"
    assert third.payload is not None


def test_other_tables_without_a_header_are_read_by_their_values() -> None:
    first, second = read(
        "2026-09-01 09:00:00,17,Charging the card failed for an order",
        "2026-09-02 09:00:00,18,The mail server did not answer in time",
    )

    assert first.payload is not None
    assert second.payload is not None
    assert first.payload["title"] == "Charging the card failed for an order"
    assert second.payload["source_created_at"] == "2026-09-02T09:00:00+00:00"


def test_a_header_that_holds_no_moment_is_one() -> None:
    (row,) = read("2026,title", "1,Charging failed")

    assert row.payload is not None
    assert row.payload["title"] == "Charging failed"
