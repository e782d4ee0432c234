"""Files that somebody made to break their reader: each is read, or refused with a reason, row by row."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from causeloop_pipeline.landing.export_file.dates import read_dates
from causeloop_pipeline.landing.export_file.row_values import ReadRow, RowReader
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import find_format, read_rows
from causeloop_pipeline.landing.export_file.table_reading import ReadingChoices, study

HEADER = "id,title,created_at,service,severity,status\n"
ENDS_OF_TIME = ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "99999999999999999", "1e300", "nan")
GOOD = {"id": "good", "title": "Checkout is down", "created_at": "2026-09-01"}
UNUSUAL: tuple[dict[str, Any], ...] = (
    {"title": "a\0b"},
    {"title": "a\ud800b"},
    {"\udfff": "x"},
    {"id": 10**400},
    {"count": 10**30},
    {"count": float("nan")},
    {"created_at": 10**30},
    {"created_at": "9999-12-31T23:59:59-12:00"},
    {"created_at": "0001-01-01T00:00:00+12:00"},
    {"service": {"name": "\0"}},
)
XML_ENCODINGS = ("nonsense", "utf-7", "idna", "rot13", "zlib", "undefined", "shift_jis", "punycode")


def read_file(name: str, content: bytes) -> list[ReadRow]:
    """What each row of a file becomes."""
    file_format = find_format(name)
    assert file_format
    rows = list(read_rows(io.BytesIO(content), name, file_format))
    return RowReader(study(rows, ReadingChoices({}, "", "recognized", "Asia/Kathmandu"))).read(rows)


def list_reasons(name: str, content: bytes) -> list[str]:
    """Why rows of a file are not read."""
    return [row.reason for row in read_rows(io.BytesIO(content), name, "xml") if row.record is None]


@pytest.mark.parametrize("ending", ["json", "jsonl"])
@pytest.mark.parametrize("unusual", UNUSUAL, ids=str)
def test_a_value_that_nothing_can_store_costs_no_other_row(unusual: dict[str, Any], ending: str) -> None:
    records = [GOOD, {**GOOD, "id": "unusual", **unusual}]
    content = json.dumps(records) if ending == "json" else "\n".join(map(json.dumps, records))

    read = read_file(f"a.{ending}", content.encode())

    assert [row.payload is not None or bool(row.reason) for row in read] == [True, True]
    assert read[0].payload is not None
    assert json.dumps([row.payload for row in read], ensure_ascii=False, allow_nan=False).encode()


def test_a_record_that_is_nested_deep_is_set_aside_with_the_reason() -> None:
    deep = '{"id":"2","title":"x","created_at":"2026-09-01","a":' + "[" * 200 + "]" * 200 + "}"

    read = read_file("a.jsonl", f"{json.dumps(GOOD)}\n{deep}\n".encode())

    assert [row.payload is not None for row in read] == [True, False]
    assert "nested deeper than 64 levels" in read[1].reason


def test_times_at_the_ends_of_all_years_are_set_aside_with_their_column() -> None:
    lines = "".join(f"{number},x,{text},c,high,open\n" for number, text in enumerate(ENDS_OF_TIME))

    read = read_file("a.csv", f"{HEADER}good,x,2026-09-01T10:00:00Z,c,high,open\n{lines}".encode())

    assert read[0].payload is not None
    assert all(row.payload is None and row.column == "created_at" for row in read[1:])


FIRST, LAST = map(datetime.fromisoformat, ("0001-01-01T00:00:00", "9999-12-31T23:59:59.999999"))
MINUTES = st.integers(-23 * 60 - 59, 23 * 60 + 59)


@given(st.datetimes(), MINUTES)
@example(LAST, -1)
@example(FIRST, 1)
def test_any_time_with_any_offset_is_read_or_is_none(local: datetime, minutes: int) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    values = pl.Series("when", [moment.isoformat(), "2026-03-14T10:05:00Z"])

    instants = read_dates(values, "Asia/Kathmandu").instants.to_list()

    assert instants[1] == datetime(2026, 3, 14, 10, 5, tzinfo=UTC)
    assert instants[0] is None or instants[0] == moment


@pytest.mark.parametrize("moment", [FIRST, LAST])
@pytest.mark.parametrize("hours", [-14, 14])
def test_times_of_workbooks_and_parquet_at_the_ends_of_all_years_stop_no_other_row(
    moment: datetime, hours: int
) -> None:
    extreme = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    good = datetime(2026, 9, 1, tzinfo=UTC)
    rows = [
        FileRow(number, {"id": str(number), "title": "x", "created_at": at})
        for number, at in enumerate((good, extreme), 1)
    ]

    read = RowReader(study(rows, ReadingChoices({}, "", "recognized", "UTC"))).read(rows)

    assert [row.payload is not None for row in read] == [True, False]


def test_xml_that_names_an_encoding_that_is_none_is_refused() -> None:
    for encoding in XML_ENCODINGS:
        content = f'<?xml version="1.0" encoding="{encoding}"?><testsuites/>'.encode()
        assert list_reasons("a.xml", content), encoding


def test_suites_in_suites_without_end_are_refused() -> None:
    content = b"<testsuite>" * 60 + b'<testcase name="a"/>' + b"</testsuite>" * 60

    assert list_reasons("a.xml", content) == ["its suites are nested deeper than 50 levels"]


def test_a_header_that_repeats_a_name_is_numbered_in_time_that_grows_with_it() -> None:
    header = ",".join(["id", *["label"] * 20_000])

    rows = list(read_rows(io.BytesIO(f"{header}\n1,x\n".encode()), "a.csv", "csv"))

    assert rows[0].record is not None
    assert list(rows[0].record)[-1] == "label (20000)"


def test_a_zip_in_a_zip_is_not_opened() -> None:
    content = HEADER.encode()
    for name in ("export.csv", "inner.zip", "outer.zip"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(name, content)
        content = packed.getvalue()

    (row,) = read_file("export.zip", content)

    assert row.payload is None
    assert row.reason.startswith("it holds no file that can be read")
