"""Dates, intervals and probabilities of the dashboard as people read them, run by node."""

import json
from pathlib import Path

import pytest

from tests.api.dashboard.node import print_json

FORMAT = Path(__file__).parents[3] / "api/dashboard/lib/format.js"
CALLS = """
format.useTimeZone("America/New_York");
const wide = { next_date_low: "2026-11-26", next_date_high: "2026-12-24" };
const narrow = { next_date_low: "2026-11-30", next_date_high: "2026-12-07" };
console.log(JSON.stringify({
  today: format.today(Date.parse("2026-11-10T03:00:00Z")),
  weekday: format.weekdayOf("2026-11-30"),
  wide: [wide, narrow].map(format.isWide),
  lasted: [44.7 * 60, 66 * 60, 90 * 60 * 60, 45].map(format.duration),
  spans: [
    ranges.daysFrom("2026-11-23", "2026-11-29"),
    ranges.daysFrom("2026-11-30", "2026-12-06"),
    ranges.daysFrom("2026-12-28", "2027-01-03"),
  ],
  certain: [1, 0.999, 0.5, 0.001, 0].map(format.probabilityText),
}));
"""


@pytest.fixture(scope="module")
def printed() -> dict[str, object]:
    """What the calls return."""
    script = f"const format = await import({json.dumps(FORMAT.as_uri())});"
    script += f"const ranges = await import({json.dumps(FORMAT.with_name('day_ranges.js').as_uri())});{CALLS}"
    return print_json("--input-type=module", "-e", script)


def test_today_is_the_day_in_the_zone_of_the_workspace(printed: dict[str, object]) -> None:
    assert printed["today"] == "2026-11-09"


def test_a_date_is_shown_with_its_own_weekday_and_a_wide_interval_as_an_interval(
    printed: dict[str, object],
) -> None:
    assert printed["weekday"] == "Mon"
    assert printed["wide"] == [True, False]


def test_a_duration_is_no_more_exact_than_people_say_it(printed: dict[str, object]) -> None:
    assert printed["lasted"] == ["45 minutes", "1.1 hours", "3.8 days", "45 seconds"]


def test_days_from_to_name_a_month_and_a_year_once(printed: dict[str, object]) -> None:
    assert printed["spans"] == ["23–29 Nov 2026", "30 Nov – 6 Dec 2026", "28 Dec 2026 – 3 Jan 2027"]


def test_no_probability_is_shown_as_certain(printed: dict[str, object]) -> None:
    assert printed["certain"] == ["> 99 %", "> 99 %", "50 %", "< 1 %", "< 1 %"]
