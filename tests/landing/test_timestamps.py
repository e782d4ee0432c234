from datetime import UTC, datetime

import pytest

from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.landing.timestamps import TimestampError, format_timestamp, parse_timestamp


@pytest.mark.parametrize(
    ("value", "times", "read"),
    [
        ("2019-07-30T10:36:00.000+0000", TimeFormat.ISO, datetime(2019, 7, 30, 10, 36, tzinfo=UTC)),
        ("2019-07-30T10:36:00+02:00", TimeFormat.ISO, datetime(2019, 7, 30, 8, 36, tzinfo=UTC)),
        ("2016-05-24T20:10:57.657259407Z", TimeFormat.ISO, datetime(2016, 5, 24, 20, 10, 57, 657259, UTC)),
        ("2020-11-25 21:27:03.496000000", TimeFormat.ISO, datetime(2020, 11, 25, 21, 27, 3, 496000, UTC)),
        ("2026-02-13T20:38:19.565010+00:00", TimeFormat.ISO, datetime(2026, 2, 13, 20, 38, 19, 565010, UTC)),
        ("2013-12-03 17:23:34 UTC", TimeFormat.ISO, datetime(2013, 12, 3, 17, 23, 34, tzinfo=UTC)),
        ("2013-12-03 17:23:34 +0200", TimeFormat.ISO, datetime(2013, 12, 3, 15, 23, 34, tzinfo=UTC)),
        (1610487676, TimeFormat.EPOCH_SECONDS, datetime(2021, 1, 12, 21, 41, 16, tzinfo=UTC)),
        ("1610487676", TimeFormat.EPOCH_SECONDS, datetime(2021, 1, 12, 21, 41, 16, tzinfo=UTC)),
        (1610487676123, TimeFormat.EPOCH_SECONDS, datetime(2021, 1, 12, 21, 41, 16, 123000, UTC)),
        (1610487676, TimeFormat.ISO, datetime(2021, 1, 12, 21, 41, 16, tzinfo=UTC)),
        ("2021-01-12T21:41:16Z", TimeFormat.EPOCH_SECONDS, datetime(2021, 1, 12, 21, 41, 16, tzinfo=UTC)),
        ("2021/01/12 21:41:16", TimeFormat.ISO, datetime(2021, 1, 12, 21, 41, 16, tzinfo=UTC)),
        ("2021-01-12.21:41:16", TimeFormat.ISO, datetime(2021, 1, 12, 21, 41, 16, tzinfo=UTC)),
        (1610487676123, TimeFormat.EPOCH_MILLISECONDS, datetime(2021, 1, 12, 21, 41, 16, 123000, UTC)),
    ],
)
def test_times_are_read_as_declared(value, times, read):
    assert parse_timestamp(value, times) == read


@pytest.mark.parametrize(
    ("value", "times", "reason"),
    [
        ("0001-01-01T00:00:00Z", TimeFormat.ISO, "before 1990"),
        ("0001-01-01T00:00:00+14:00", TimeFormat.ISO, "is not a time"),
        ("1989-12-31T23:59:59Z", TimeFormat.ISO, "before 1990"),
        ("9999-12-31T23:59:59Z", TimeFormat.ISO, "more than two years ahead"),
        (0, TimeFormat.EPOCH_SECONDS, "before 1990"),
        (253402300799, TimeFormat.EPOCH_SECONDS, "more than two years ahead"),
    ],
)
def test_a_time_that_no_record_can_have_is_refused(value, times, reason):
    with pytest.raises(TimestampError, match=reason):
        parse_timestamp(value, times)


@pytest.mark.parametrize("value", ["", "soon", "July 30, 2019", {}, [], "2019-13-01", "9" * 30])
@pytest.mark.parametrize("times", list(TimeFormat))
def test_what_is_not_a_time_says_so(value, times):
    with pytest.raises(TimestampError, match="is not a time"):
        parse_timestamp(value, times)


@pytest.mark.parametrize(
    ("form", "zone", "text"),
    [
        (TimeFormat.ISO, "UTC", "2026-03-29T00:59:59Z"),
        (TimeFormat.EPOCH_SECONDS, "UTC", "1774745999"),
        (TimeFormat.EPOCH_MILLISECONDS, "UTC", "1774745999000"),
        ("%Y-%m-%d %H:%M", "Europe/Berlin", "2026-03-29 01:59"),
        ("%Y-%m-%d %H:%M", "America/New_York", "2026-03-28 20:59"),
    ],
)
def test_a_filter_is_spelled_as_the_tool_wants_it(form, zone, text):
    assert format_timestamp(datetime(2026, 3, 29, 0, 59, 59, 999999, UTC), form, zone) == text
