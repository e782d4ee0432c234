"""The one ticket of a recommendation in the team's tracker: found by its mark, or else opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

TITLE_LENGTH = 240


@dataclass(frozen=True)
class Draft:
    """What a ticket says; `pushed_at` is when it was first asked for, before which there is none."""

    recommendation_id: UUID
    pushed_at: datetime
    title: str
    rationale: str
    steps: Sequence[str]
    expected: str
    url: str

    @property
    def summary(self) -> str:
        """The title in one line that every tracker takes."""
        return " ".join(self.title.split())[:TITLE_LENGTH]


@dataclass(frozen=True)
class Ticket:
    """A ticket as its tracker shows it."""

    external_id: str
    url: str | None
    done: bool


class Tracker(Protocol):
    """A place where teams keep tickets; failures are those of `egress.failure`."""

    def find(self, draft: Draft) -> Ticket | None:
        """The ticket that an earlier attempt has opened, if one has."""

    def create(self, draft: Draft) -> Ticket:
        """Open the ticket, marked so that `find` finds it."""

    def read(self, external_id: str) -> Ticket:
        """The ticket as it stands now."""


def open_ticket(tracker: Tracker, draft: Draft) -> Ticket:
    """The recommendation's ticket, opened unless an attempt that was cut short has opened it already."""
    return tracker.find(draft) or tracker.create(draft)
