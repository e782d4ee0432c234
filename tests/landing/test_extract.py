"""Which of a record's times says when it last changed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from causeloop_pipeline.connectors.spec import RecordSchema, TimeFormat
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord

STARTED = datetime(2026, 3, 2, 8, tzinfo=UTC)
SECONDS = RecordSchema(updated_at=("ended", "started"), times=TimeFormat.EPOCH_SECONDS)
TEXTS = RecordSchema(updated_at=("ended", "started"))


@pytest.mark.parametrize("ended", [0, -1, "0", "-1", 0.0, None, ""])
def test_an_end_that_has_not_come_is_not_a_time(ended: Any) -> None:
    record = {"id": "r1", "started": STARTED.timestamp(), "ended": ended}
    read = extract("custom_api", SECONDS, record, channel="poll")
    assert isinstance(read, RawRecord)
    assert read.source_updated_at == STARTED


@pytest.mark.parametrize("ended", ["0001-01-01T00:00:00Z", "0000-00-00 00:00:00"])
def test_the_first_day_of_the_calendar_is_not_a_time(ended: str) -> None:
    record = {"id": "r1", "started": STARTED.isoformat(), "ended": ended}
    read = extract("custom_api", TEXTS, record, channel="poll")
    assert isinstance(read, RawRecord)
    assert read.source_updated_at == STARTED


def test_a_time_that_cannot_be_right_sets_the_record_aside() -> None:
    read = extract("custom_api", SECONDS, {"id": "r1", "started": 1, "ended": 0}, channel="poll")
    assert isinstance(read, Quarantined)
    assert read.reason == "'1' lies before 1990"
