"""Totals of long lists, kept for seconds: counting thousands of rows costs more than reading a page."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

MIN_KEPT_TOTAL = 1_000
MAX_AGE_SECONDS = 10.0
MAX_WORKSPACES, MAX_LISTS_PER_WORKSPACE = 1_000, 100

Totals = OrderedDict[str, tuple[int, float]]


@dataclass
class ListTotals:
    """The latest totals, by workspace and by list with its filters."""

    clock: Callable[[], float] = time.monotonic
    workspaces: OrderedDict[UUID, Totals] = field(default_factory=OrderedDict)

    def find(self, workspace_id: UUID, rows: str) -> int | None:
        """A total that has not expired."""
        totals = self.workspaces.get(workspace_id)
        if totals is None or rows not in totals:
            return None
        total, counted_at = totals[rows]
        return total if self.clock() - counted_at <= MAX_AGE_SECONDS else None

    def keep(self, workspace_id: UUID, rows: str, total: int) -> None:
        """Cache a total that is expensive to count; the oldest are evicted."""
        if total < MIN_KEPT_TOTAL:
            return
        totals = self.workspaces.setdefault(workspace_id, OrderedDict())
        totals[rows] = (total, self.clock())
        totals.move_to_end(rows)
        self.workspaces.move_to_end(workspace_id)
        if len(totals) > MAX_LISTS_PER_WORKSPACE:
            totals.popitem(last=False)
        if len(self.workspaces) > MAX_WORKSPACES:
            self.workspaces.popitem(last=False)

    def drop(self, workspace_id: UUID) -> None:
        """Drop a workspace's totals after a write."""
        self.workspaces.pop(workspace_id, None)
