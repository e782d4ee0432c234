from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.landing.export_file.dates import read_dates

TEN = datetime(2026, 3, 14, 10, 5, tzinfo=UTC)


def read(values, timezone="UTC", **options):
    return read_dates(pl.Series("when", values), timezone, **options)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026-03-14T10:05:00Z",
            "2026-03-14 10:05",
            "2026-03-14T11:05:00+01:00",
            "2026-03-14T05:05:00.000-0500",
            "2026-03-14 05:05:00 -0500 EST",
        ),
        *(
            "03/14/2026 10:05",
            "14.03.2026 10:05",
            "14/03/2026 10:05:00",
            "03/14/2026 10:05 AM",
            "14-Mar-2026 10:05",
        ),
        *(
            "March 14, 2026 10:05 AM",
            "Mar 14, 2026 at 10:05 AM",
            "Sat, 14 Mar 2026 10:05:00 +0000",
            "14-Mar-26 10:05",
        ),
        *("1773482700", "1773482700000"),
    ],
)
def test_the_usual_ways_to_write_a_time_are_read(text):
    assert read([text]).instants.to_list() == [TEN]


def test_numbers_are_seconds_milliseconds_or_microseconds_by_their_size():
    assert read([1773482700, 1773482700000, 1773482700000000]).instants.to_list() == [TEN] * 3


def test_times_without_an_offset_are_in_the_given_zone_and_others_are_not():
    instants = read(["2026-07-01 12:00:00", "2026-07-01T12:00:00Z"], "Europe/Berlin").instants.to_list()
    assert instants == [datetime(2026, 7, 1, 10, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)]


def test_a_time_that_the_clock_skipped_in_spring_is_read_as_an_hour_later():
    assert read(["2026-03-29 02:30:00"], "Europe/Berlin").instants.to_list() == [
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    ]


def test_real_dates_stay_what_they_are():
    assert read([date(2026, 3, 14)]).instants.to_list() == [datetime(2026, 3, 14, tzinfo=UTC)]
    naive = read([datetime(2026, 3, 14, 11, 5)], "Europe/Berlin")
    assert naive.instants.to_list() == [TEN]


def test_day_and_month_that_could_be_swapped_are_ambiguous():
    assert read(["01/02/2026", "03/04/2026"]).is_ambiguous
    assert not read(["01/02/2026", "03/14/2026"]).is_ambiguous


def test_a_given_format_is_the_only_one():
    instants = read(["01/02/2026 00:00"], date_format="%d/%m/%Y %H:%M").instants.to_list()
    assert instants == [datetime(2026, 2, 1, tzinfo=UTC)]


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-13-01", "2026-02-31", "03-17 16:13:38.811", "99999", "2026-03-14 10:05:00 IST"],
)
def test_what_is_not_a_date_is_null(text):
    assert read([text]).instants.to_list() == [None]


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)))
def test_an_iso_time_is_read_to_the_microsecond(moment):
    assert read([moment.isoformat() + "Z"]).instants.to_list() == [moment.replace(tzinfo=UTC)]
