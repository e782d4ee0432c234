"""In twelve time zones, when their clocks change, every event counts once, in its own hour and day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.predict.outcomes import grade_predictions
from causeloop_pipeline.analysis.predict.predictions import RecurrenceInputs, predict_recurrence
from causeloop_pipeline.landing.export_file.dates import read_dates
from causeloop_pipeline.model.frames import OCCURRENCE_SCHEMA
from tests.analysis.time_zones import ZONES, days_around, find_changes, moments_of
from tests.support.failure_texts import issue_frame

NEW_YEAR = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOURS = ("00-06", "06-12", "12-18", "18-24")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def occurrences_at(moments: dict[str, list[datetime]]) -> pl.DataFrame:
    rows = [
        {"pattern_id": pattern, "occurred_at": moment, "service": "shop"}
        for pattern, instants in moments.items()
        for moment in instants
    ]
    return pl.DataFrame(rows, schema_overrides={"occurred_at": OCCURRENCE_SCHEMA["occurred_at"]}).select(
        pl.col(name) if name in rows[0] else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in OCCURRENCE_SCHEMA.items()
    )


def at_local_time(zone: str, hour: int, weekday: int) -> list[datetime]:
    """Ten minutes past an hour of every such weekday of 2025, by the zone's own clocks."""
    first = date(2025, 1, 1)
    days = (first + timedelta(days=number) for number in range(365))
    return [
        datetime(day.year, day.month, day.day, hour, 10, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for day in days
        if day.weekday() == weekday
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_has_both_changes(zone: str) -> None:
    assert len(find_changes(zone, NEW_YEAR)) == 2


@pytest.mark.parametrize("zone", ZONES)
def test_every_issue_of_the_days_of_a_change_is_fingerprinted_in_its_local_hour_and_weekday(
    zone: str,
) -> None:
    moments = [
        moment
        for change in find_changes(zone, NEW_YEAR)
        for moment in moments_of(days_around(change, zone), zone)
    ]
    issues = issue_frame(
        [
            {"issue_id": str(number), "title": "It broke", "source_created_at": moment}
            for number, moment in enumerate(moments)
        ]
    )

    fingerprints = fingerprint_issues(issues, timezone=zone).sort(pl.col("issue_id").cast(pl.Int64))

    local = [moment.astimezone(ZoneInfo(zone)) for moment in moments]
    assert fingerprints["weekday"].to_list() == [WEEKDAYS[moment.weekday()] for moment in local]
    assert fingerprints["time_of_day"].to_list() == [HOURS[moment.hour // 6] for moment in local]


@pytest.mark.parametrize("zone", ZONES)
def test_what_fails_at_a_local_hour_all_year_is_predicted_for_that_hour_and_weekday(zone: str) -> None:
    weekly = at_local_time(zone, hour=6, weekday=0)  # an hour early it would be of the night
    late = at_local_time(zone, hour=23, weekday=2)  # an hour late it would be of thursday
    change = find_changes(zone, NEW_YEAR)[-1]
    day = change.astimezone(ZoneInfo(zone)).date()
    shortly_after_midnight = datetime(day.year, day.month, day.day, 1, 30, tzinfo=ZoneInfo(zone))

    predicted = predict_recurrence(
        RecurrenceInputs(occurrences_at({"monday": weekly, "wednesday": late})),
        as_of=shortly_after_midnight.astimezone(UTC),
        windows=(7, 30),
        timezone=zone,
    )

    rows = predicted.predictions.filter(pl.col("window_days") == 30).sort("pattern_id").to_dicts()
    for row, (weekday, hours) in zip(rows, ((0, "06-12"), (2, "18-24")), strict=True):
        (first, *_) = row["likely_when"]
        assert (first["weekday"], first["hours"]) == (WEEKDAYS[weekday], hours)
        evidence = {finding["kind"]: finding for finding in row["evidence"]}
        assert evidence["weekday"]["count"] == evidence["weekday"]["of"]
        assert evidence["hours"]["count"] == evidence["hours"]["of"]
        assert row["next_date_median"].weekday() == weekday
    assert predicted.curves.days[0] == day
    assert {
        later - earlier
        for earlier, later in zip(predicted.curves.days, predicted.curves.days[1:], strict=False)
    } == {timedelta(days=1)}


@pytest.mark.parametrize("zone", ZONES)
def test_a_window_that_spans_a_change_is_as_long_as_any_other(zone: str) -> None:
    issued = [change - timedelta(days=3) for change in find_changes(zone, NEW_YEAR - timedelta(days=10))]
    predictions = pl.DataFrame(
        [
            {
                "prediction_id": f"{place} {minutes}",
                "pattern_id": f"{place} {minutes}",
                "issued_at": moment,
                "window_days": 7,
                "probability": 0.5,
            }
            for place, moment in enumerate(issued)
            for minutes in (-10, 10)
        ]
    )
    around_the_end = {
        f"{place} {minutes}": [
            moment - timedelta(days=100),
            moment + timedelta(days=7, minutes=minutes),
        ]
        for place, moment in enumerate(issued)
        for minutes in (-10, 10)
    }

    graded = grade_predictions(predictions, occurrences_at(around_the_end), None, as_of=NEW_YEAR)

    outcomes = dict(graded.select("prediction_id", "outcome").iter_rows())
    assert outcomes == {name: "hit" if name.endswith("-10") else "miss" for name in around_the_end}


@pytest.mark.parametrize("zone", ZONES)
def test_every_row_of_an_export_without_offsets_keeps_its_day_when_the_clocks_change(zone: str) -> None:
    days = [day for change in find_changes(zone, NEW_YEAR) for day in days_around(change, zone)]
    texts = [f"{day} {hour:02d}:{minute:02d}:00" for day in days for hour in range(24) for minute in (5, 35)]

    read = read_dates(pl.Series("created", texts), zone).instants

    kept_days = Counter(moment.astimezone(ZoneInfo(zone)).date() for moment in read.to_list())
    assert kept_days == Counter(dict.fromkeys(days, 48))
