"""Limits how many operations run at once in this process, in all and for each caller or workspace."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

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
        return refuse_another(why)


class HeldResponse(StreamingResponse):
    """A response that occupies slots until it is sent, or its reader has gone; 429 when one is not free."""

    def __init__(
        self, content: Any, slots: Sequence[tuple[ConcurrencyLimit, Hashable]], **options: Any
    ) -> None:
        super().__init__(content, **options)
        self.slots = slots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with contextlib.ExitStack() as held:
            for limit, key in self.slots:
                held.enter_context(limit.hold(key))
            await super().__call__(scope, receive, send)


def refuse_another(why: str) -> Problem:
    """429: too many of a kind are running."""
    return Problem(
        429, "too_many_at_once", f"{why}: try again when one has ended", headers={"Retry-After": "5"}
    )


@dataclass
class FairShare:
    """Slots for one workspace's requests, fewer than there are of something; further requests queue.

    So one workspace's requests, however many and slow, leave some for the others.
    """

    places: int
    refuse: Callable[[], Exception] = DatabaseBusyError
    """Makes the error of a request for which no slot becomes free in time."""
    turns: dict[Hashable, asyncio.Semaphore] = field(default_factory=dict)
    users: Counter[Hashable] = field(default_factory=Counter)

    def has_place(self, key: Hashable) -> bool:
        """Whether a slot is free without waiting."""
        turn = self.turns.get(key)
        return turn is None or not turn.locked()

    @contextlib.asynccontextmanager
    async def hold(self, key: Hashable) -> AsyncIterator[None]:
        """Occupy a slot until the block ends; the error when none becomes free in time."""
        self.users[key] += 1
        turn = self.turns.get(key) or self.turns.setdefault(key, asyncio.Semaphore(self.places))
        try:
            if turn.locked():
                await self._acquire_in_time(turn)
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

    async def _acquire_in_time(self, turn: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(MAX_TURN_SECONDS):
                await turn.acquire()
        except TimeoutError:
            raise self.refuse() from None


@dataclass
class LargeBodies:
    """Places for bodies that take much memory: some for each sender, and not many in all."""

    of_sender: FairShare
    of_all: FairShare
    parsing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """Threads that parse take turns with the event loop: one of them at a time."""

    @classmethod
    def of(cls, per_sender: int, total: int) -> "LargeBodies":
        """So many places."""
        return cls(
            FairShare(
                per_sender, lambda: refuse_another(f"{per_sender} large bodies of yours are being read")
            ),
            FairShare(total, lambda: refuse_another("too many large bodies are being read")),
        )

    @contextlib.asynccontextmanager
    async def hold(self, sender: Hashable) -> AsyncIterator[None]:
        """Occupy a place until the block ends; 429 when none becomes free in time."""
        async with self.of_sender.hold(sender), self.of_all.hold("all"):
            yield
