"""A date and the clock time beside it are one moment, in whichever file they come."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from causeloop_pipeline.cli.issue_input import read_issues
from causeloop_pipeline.landing.export_file.rows.clock_columns import join_clocks
from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.formats import read_rows
from tests.landing.export_file.workbooks import write_workbook


def join(*records: dict[str, object]) -> list[dict[str, object] | None]:
    """The records of a file after joining."""
    return [row.record for row in join_clocks(FileRow(place, each) for place, each in enumerate(records, 1))]


@pytest.mark.parametrize(
    ("columns", "day", "clock", "start"),
    [
        (("Date", "Time"), "2026-09-01", "09:10", "2026-09-01 09:10"),
        (("Datum", "Uhrzeit"), "01.09.2026", "9:10", "2026-09-01 09:10"),
        (("Incident Date", "Incident Time"), "09/21/2026", "9:10:05 PM", "2026-09-21 21:10:05"),
        (("startDate", "startTime"), "2026-09-01", "09:10:05.250", "2026-09-01 09:10:05.250"),
    ],
)
def test_an_issue_began_at_the_clock_time_of_its_date(
    columns: tuple[str, str], day: str, clock: str, start: str, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"title,{','.join(columns)},service\nPump stopped,{day},{clock},plant\n")

    read = read_issues(path, (), "UTC").read.issues

    assert read["source_created_at"].to_list() == [datetime.fromisoformat(start).replace(tzinfo=UTC)]


def test_dates_and_clocks_of_a_workbook_are_joined(tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "log.xlsx",
        {
            "Log": [
                ["Title", "Date", "Time", "Team"],
                ["Pump stopped", datetime(2026, 9, 1), datetime(1899, 12, 30, 9, 10), "ops"],
            ]
        },
    )

    read = read_issues(path, (), "Europe/Berlin").read.issues

    assert read["source_created_at"].to_list() == [datetime(2026, 9, 1, 7, 10, tzinfo=UTC)]


@pytest.mark.parametrize(
    "record",
    [
        {"Date": "2026-09-01 08:00", "Time": "09:10"},
        {"Date": "2026-09-01", "Time": "3 hours"},
        {"Date": "2026-09-01", "Time": "120"},
        {"Opened Date": "2026-09-01", "Closed Time": "09:10"},
        {"Date": "2026-09-01", "Time zone": "09:10"},
    ],
)
def test_what_is_no_pair_stays_as_it_is(record: dict[str, object]) -> None:
    assert join(record) == [record]


def test_a_row_without_a_clock_keeps_its_date_and_one_that_is_broken_its_place() -> None:
    joined = join({"Date": "2026-09-01", "Time": "09:10"}, {"Date": "2026-09-02", "Time": ""})
    rows = list(read_rows(io.BytesIO(b"Date,Time\n2026-09-01,09:10\n\xff\xfe,1\n"), "a.csv", "csv"))

    assert joined == [{"Date": "2026-09-01 09:10"}, {"Date": "2026-09-02"}]
    assert rows[0].number == 2
    assert len(rows) == 2
