"""Limits how many operations run at once in this process, in all and for each caller or workspace."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Iterator
from dataclasses import dataclass, field

from api.http.bounded_pool import DatabaseBusyError
from api.http.errors import Problem

MAX_TURN_SECONDS = 10.0


@dataclass
class ConcurrencyLimit:
    """How many operations of a kind may run at once; `what` names them in the error."""

    what: str
    total: int
    per_key: int
    running: Counter[Hashable] = field(default_factory=Counter)

    @contextlib.contextmanager
    def hold(self, key: Hashable) -> Iterator[None]:
        """Occupy one slot until the block ends; 429 when all are taken."""
        self.check(key)
        self.running[key] += 1
        try:
            yield
        finally:
            self.running[key] -= 1
            if not self.running[key]:
                del self.running[key]

    def check(self, key: Hashable) -> None:
        """429 when no slot is free."""
        if self.running[key] >= self.per_key:
            raise self._refuse(f"{self.per_key} {self.what} of yours are running")
        if self.running.total() >= self.total:
            raise self._refuse(f"too many {self.what} are running")

    def _refuse(self, why: str) -> Problem:
        return Problem(
            429,
            "too_many_at_once",
            f"{why}: try again when one has ended",
            headers={"Retry-After": "5"},
        )


@dataclass
class FairShare:
    """Connection slots for one workspace's requests, fewer than the pool holds; further requests queue.

    So one workspace's requests, however many and slow, leave connections for the others.
    """

    places: int
    turns: dict[Hashable, asyncio.Semaphore] = field(default_factory=dict)
    users: Counter[Hashable] = field(default_factory=Counter)

    def has_place(self, key: Hashable) -> bool:
        """Whether a slot is free without waiting."""
        turn = self.turns.get(key)
        return turn is None or not turn.locked()

    @contextlib.asynccontextmanager
    async def hold(self, key: Hashable) -> AsyncIterator[None]:
        """Occupy a slot until the block ends; DatabaseBusyError when none becomes free in time."""
        self.users[key] += 1
        turn = self.turns.get(key) or self.turns.setdefault(key, asyncio.Semaphore(self.places))
        try:
            if turn.locked():
                await _acquire_in_time(turn)
            else:
                await turn.acquire()
            try:
                yield
            finally:
                turn.release()
        finally:
            self.users[key] -= 1
            if not self.users[key]:
                del self.users[key], self.turns[key]


async def _acquire_in_time(turn: asyncio.Semaphore) -> None:
    try:
        async with asyncio.timeout(MAX_TURN_SECONDS):
            await turn.acquire()
    except TimeoutError:
        raise DatabaseBusyError from None
