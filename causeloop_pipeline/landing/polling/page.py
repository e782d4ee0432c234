"""What one answer of a tool held, and the cursor that goes with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from causeloop_pipeline.egress.retry_policy import Rate
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord


@dataclass(frozen=True)
class Page:
    """Rows and cursor to commit in one transaction."""

    records: list[RawRecord]
    quarantined: list[Quarantined]
    cursor: dict[str, Any]
    rate: Rate = field(default_factory=Rate)


def page_of(
    read: Iterable[RawRecord | Quarantined | None], cursor: dict[str, Any], rate: Rate | None = None
) -> Page:
    """The page of what was read; what is no failure is gone already."""
    outcomes = list(read)
    return Page(
        [outcome for outcome in outcomes if isinstance(outcome, RawRecord)],
        [outcome for outcome in outcomes if isinstance(outcome, Quarantined)],
        cursor,
        rate or Rate(),
    )
