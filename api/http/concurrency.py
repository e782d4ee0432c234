"""Limits how many slow operations run at once in this process, in all and for each caller or workspace."""

import contextlib
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from api.http.errors import Problem


@dataclass
class ConcurrencyLimit:
    """How many operations of a kind may run at once; `what` names them in the error."""

    what: str
    total: int
    per_key: int
    running: Counter[Hashable] = field(default_factory=Counter)

    @contextlib.contextmanager
    def hold(self, key: Hashable) -> Iterator[None]:
        """Occupy one place until the block ends; 429 when all are taken."""
        self.check(key)
        self.running[key] += 1
        try:
            yield
        finally:
            self.running[key] -= 1
            if not self.running[key]:
                del self.running[key]

    def check(self, key: Hashable) -> None:
        """429 when no place is free."""
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
