"""Counts refused deliveries after the answer, whose time must tell nobody whether a connector is there."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

from api.http.database import WorkspaceDatabase
from api.ingest.queries import count_refused

SECONDS_BETWEEN = 5.0
"""Refusals of one connector within this time are stored together."""
MAX_CONNECTORS = 1_000
SIGNATURE = "signature"


@dataclass
class Refusals:
    """The refusals that are not stored yet, by connector."""

    waiting: OrderedDict[UUID, int] = field(default_factory=OrderedDict)
    stored_at: dict[UUID, float] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def add(self, db: WorkspaceDatabase, connector_id: UUID) -> None:
        """Count one, and store it soon."""
        is_first = connector_id not in self.waiting
        if is_first and len(self.waiting) >= MAX_CONNECTORS:
            return
        self.waiting[connector_id] = self.waiting.get(connector_id, 0) + 1
        if is_first:
            task = asyncio.create_task(self._store(db, connector_id))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _store(self, db: WorkspaceDatabase, connector_id: UUID) -> None:
        since = time.monotonic() - self.stored_at.get(connector_id, -SECONDS_BETWEEN)
        await asyncio.sleep(max(0.05, SECONDS_BETWEEN - since))
        if len(self.stored_at) >= MAX_CONNECTORS:
            self.stored_at.clear()
        self.stored_at[connector_id] = time.monotonic()
        count = self.waiting.pop(connector_id, 0)
        if count:
            await count_refused(db, connector_id, count, SIGNATURE)
