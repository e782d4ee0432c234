"""Schedules keep to UTC: no change of clocks anywhere skips a night or repeats one."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from causeloop_pipeline.orchestration.schedules import nightly, old_run_cleanup

DAYS = 366


@pytest.mark.parametrize("schedule", [nightly, old_run_cleanup], ids=lambda schedule: str(schedule.name))
def test_a_schedule_ticks_once_every_24_hours_all_year(schedule: dg.ScheduleDefinition) -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)

    ticks = list(
        islice(
            schedule_execution_time_iterator(
                start.timestamp(), schedule.cron_schedule, schedule.execution_timezone, ascending=True
            ),
            DAYS,
        )
    )

    assert {later - earlier for earlier, later in pairwise(ticks)} == {timedelta(days=1)}
    assert ticks[0] - start < timedelta(days=1)
