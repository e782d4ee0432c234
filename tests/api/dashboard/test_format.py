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
  certain: [1, 0.999, 0.5, 0.001, 0].map(format.probabilityText),
}));
"""


@pytest.fixture(scope="module")
def printed() -> dict[str, object]:
    """What the calls return."""
    script = f"const format = await import({json.dumps(FORMAT.as_uri())});{CALLS}"
    return print_json("--input-type=module", "-e", script)


def test_today_is_the_day_in_the_zone_of_the_workspace(printed: dict[str, object]) -> None:
    assert printed["today"] == "2026-11-09"


def test_a_date_is_shown_with_its_own_weekday_and_a_wide_interval_as_an_interval(
    printed: dict[str, object],
) -> None:
    assert printed["weekday"] == "Mon"
    assert printed["wide"] == [True, False]


def test_no_probability_is_shown_as_certain(printed: dict[str, object]) -> None:
    assert printed["certain"] == ["> 99 %", "> 99 %", "50 %", "< 1 %", "< 1 %"]
