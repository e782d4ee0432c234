"""A rhythm is put in words, and its next date and forecast are those of its turns."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bench.data.rhythmic_patterns import list_occurrences
from causeloop_pipeline.analysis.predict.predictions import (
    RecurrenceInputs,
    RecurrencePredictions,
    predict_recurrence,
)

TUESDAY = datetime(2026, 9, 1, 9, 10, tzinfo=UTC)


def predict(instants: list[datetime], as_of: datetime, timezone: str = "UTC") -> RecurrencePredictions:
    return predict_recurrence(
        RecurrenceInputs(list_occurrences({"a": instants})), as_of=as_of, timezone=timezone
    )


def fortnightly(count: int) -> list[datetime]:
    return [TUESDAY + timedelta(days=14 * number) for number in range(count)]


def test_words_dates_and_curves_tell_of_the_same_turn() -> None:
    predicted = predict(fortnightly(12), TUESDAY + timedelta(days=14 * 12 - 3))
    row = predicted.predictions.row(0, named=True)
    due = date(2027, 2, 16)

    rhythm = row["rhythm"]
    assert rhythm["text"] == "every second Tuesday around 09:10"
    assert (rhythm["kept_turns"], rhythm["turns"], rhythm["missed"]) == (12, 12, 0)
    assert rhythm["next"] == due.isoformat()
    assert rhythm["expected"] == pytest.approx(7, abs=0.5)  # turns within 90 days
    assert row["next_date_low"] == row["next_date_median"] == row["next_date_high"] == due
    likely = [
        day
        for day, chance in zip(predicted.curves.days, predicted.curves.yhat[0], strict=True)
        if chance > 0.5
    ]
    assert likely == [due, due + timedelta(days=14)]
    assert [(part["weekday"], part["hours"]) for part in row["likely_when"]] == [("tuesday", "06-12")]


def test_a_missed_turn_is_named() -> None:
    predicted = predict(fortnightly(12), TUESDAY + timedelta(days=14 * 12 + 1))
    rhythm = predicted.predictions["rhythm"][0]
    assert (rhythm["kept_turns"], rhythm["missed"], rhythm["next"]) == (12, 1, "2027-03-02")


def test_turns_are_those_of_the_workspaces_calendar() -> None:
    first_of_the_month = [datetime(2026, month, 1, 0, 30, tzinfo=UTC) for month in range(1, 13)]
    as_of = datetime(2026, 12, 20, tzinfo=UTC)
    texts = [
        predict(first_of_the_month, as_of, timezone).predictions["rhythm"][0]["text"]
        for timezone in ("UTC", "America/Lima")
    ]
    assert texts == ["day 1 of each month around 00:30", "the last day of each month around 19:30"]


def test_a_pattern_without_a_rhythm_has_none() -> None:
    days = (0, 3, 4, 11, 30, 32, 33, 50, 71, 75, 90)
    predicted = predict([TUESDAY + timedelta(days=day) for day in days], TUESDAY + timedelta(days=95))
    assert predicted.predictions["rhythm"].null_count() == predicted.predictions.height
    assert predicted.predictions["model_probabilities"].struct.field("rhythm").null_count() == 4
