"""Limits how many requests are in progress at once, in all and from one address.

Who is refused waits for the answer: clients that try again at once would fill the event loop with refusals.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import Scope

from api.http.client_network import find_network
from api.http.errors import Problem

MAX_REQUESTS, MAX_REQUESTS_PER_ADDRESS = 512, 128
REFUSAL_SECONDS = 1.0
MAX_WAITING_REFUSALS = 512
"""Further ones are answered at once, rather than take memory."""


@dataclass
class RequestsInProgress:
    """The requests that have begun and whose response has not ended; live streams count until they begin."""

    by_network: Counter[str] = field(default_factory=Counter)
    waiting_refusals: int = 0

    def begin(self, scope: Scope) -> Callable[[], None]:
        """Count a request; returns what ends it. A Problem where there are too many."""
        client = scope.get("client")
        network = find_network(client[0]) if client else ""
        if self.by_network[network] >= MAX_REQUESTS_PER_ADDRESS:
            raise Problem(
                429,
                "too_many_at_once",
                f"{MAX_REQUESTS_PER_ADDRESS} requests of your address are in progress: wait for some of them",
                headers={"Retry-After": "1"},
            )
        if self.by_network.total() >= MAX_REQUESTS:
            raise Problem(
                503,
                "server_busy",
                "too many requests are in progress: try again in a few seconds",
                headers={"Retry-After": "2"},
            )
        self.by_network[network] += 1
        is_counted = True

        def end() -> None:
            nonlocal is_counted
            if is_counted:
                is_counted = False
                self.by_network[network] -= 1
                if not self.by_network[network]:
                    del self.by_network[network]

        return end

    async def delay_refusal(self) -> None:
        """Wait before a refused request is answered."""
        if self.waiting_refusals >= MAX_WAITING_REFUSALS:
            return
        self.waiting_refusals += 1
        try:
            await asyncio.sleep(REFUSAL_SECONDS)
        finally:
            self.waiting_refusals -= 1
