"""The issues of the demo's error tracker: each a group of errors that it counts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from causeloop_pipeline.demo.causes import ErrorGroup, read_demo_workspaces
from causeloop_pipeline.demo.rhythms import draw_occurrence_times
from causeloop_pipeline.demo.story import DAYS_AFTER, DAYS_BEFORE, SEED

FIRST_NUMBER = 4_000_001


@dataclass(frozen=True)
class CountedErrors:
    """A group and when its errors occurred, oldest first."""

    workspace: str
    group: ErrorGroup
    number: int
    times: tuple[datetime, ...]

    @property
    def external_id(self) -> str:
        """The id of its issue in the tracker."""
        return str(self.number)


def list_counted_errors(workspace: str, epoch: date, now: datetime, seed: int = SEED) -> list[CountedErrors]:
    """The groups of a workspace with the errors until now; one that has none yet is not there."""
    return [
        CountedErrors(workspace, group, FIRST_NUMBER + place, past)
        for place, group in enumerate(read_demo_workspaces()[workspace].groups)
        if (past := tuple(at for at in _draw_times(workspace, group, epoch, seed) if at <= now))
    ]


@cache
def _draw_times(workspace: str, group: ErrorGroup, epoch: date, seed: int) -> tuple[datetime, ...]:
    zone = ZoneInfo(read_demo_workspaces()[workspace].timezone)
    first, last = epoch - timedelta(days=DAYS_BEFORE), epoch + timedelta(days=DAYS_AFTER)
    local = draw_occurrence_times(group, first, last, epoch, seed)
    return tuple(sorted(at.replace(tzinfo=zone).astimezone(UTC) for at in local))
