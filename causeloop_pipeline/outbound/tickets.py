"""A ticket in the team's tracker, of a recommendation or a claimed failure: found by its marker or opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

MAX_TITLE = 240


@dataclass(frozen=True)
class Draft:
    """What a ticket says; `pushed_at` is when it was first requested; no ticket is older."""

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
        return " ".join(self.title.split())[:MAX_TITLE]


@dataclass(frozen=True)
class Ticket:
    """A ticket as the tracker shows it."""

    external_id: str
    url: str | None
    is_done: bool
    is_declined: bool = False
    """Whether it was closed without being done, as far as the tracker tells that apart."""


class Tracker(Protocol):
    """A place where teams keep tickets; failures are those of `egress.errors`."""

    def find(self, draft: Draft) -> Ticket | None:
        """The ticket that an earlier attempt opened, if any."""

    def create(self, draft: Draft) -> Ticket:
        """Open the ticket, marked so that `find` finds it."""

    def read(self, external_id: str) -> Ticket:
        """The ticket as it is now."""


@runtime_checkable
class EditingTracker(Tracker, Protocol):
    """A tracker whose tickets can be written again in place."""

    def edit(self, external_id: str, draft: Draft) -> Ticket:
        """Write what the ticket says now; the title, the state and people's comments stay."""


def open_ticket(tracker: Tracker, draft: Draft) -> Ticket:
    """The recommendation's ticket, opened unless an interrupted attempt has already opened it."""
    return tracker.find(draft) or tracker.create(draft)
