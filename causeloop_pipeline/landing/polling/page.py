"""One page of a tool's list: its records, and the cursor that goes with it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from causeloop_pipeline.egress.retry_policy import RateLimitState
from causeloop_pipeline.model.raw_record import Outcome, Quarantined, RawRecord, count_no_failures


@dataclass(frozen=True)
class ReadStart:
    """A file that is read from its beginning: what it brought before gives way."""

    file: str
    import_id: UUID


@dataclass(frozen=True)
class Page:
    """Rows and cursor to commit in one transaction."""

    records: list[RawRecord]
    quarantined: list[Quarantined]
    cursor: dict[str, Any]
    rate: RateLimitState = field(default_factory=RateLimitState)
    starts: tuple[ReadStart, ...] = ()
    is_again: bool = False
    """Whether files are read in another way than before, since the connector's settings have changed."""
    no_failures: Counter[str] = field(default_factory=Counter)
    """Why entries tell of no failure and are not landed, and how many."""


def build_page(
    extracted: Iterable[Outcome],
    cursor: dict[str, Any],
    rate: RateLimitState | None = None,
) -> Page:
    """The page of what `extract` made of its items."""
    outcomes = list(extracted)
    return Page(
        [outcome for outcome in outcomes if isinstance(outcome, RawRecord)],
        [outcome for outcome in outcomes if isinstance(outcome, Quarantined)],
        cursor,
        rate or RateLimitState(),
        no_failures=count_no_failures(outcomes),
    )
