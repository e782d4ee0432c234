"""The progress of a running sync: what it has landed, and the time range of those records."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.raw.records import LandingCount

MIN_SECONDS_BETWEEN = 2.0
"""Progress is written this often, not with every page of thousands."""

UPDATE_PROGRESS = """
update app.sync_run
set pages = %s, rows_read = %s, rows_new = %s, rows_updated = %s, rows_duplicate = %s, rows_quarantined = %s,
    oldest_record_at = %s, newest_record_at = %s, no_failures = %s
where workspace_id = %s and sync_run_id = %s
"""


@dataclass
class SyncProgress:
    """What a sync has landed so far."""

    count: LandingCount = field(default_factory=LandingCount)
    pages: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    no_failures: Counter[str] = field(default_factory=Counter)
    """Why entries were not failures, and how many."""
    stored_at: float | None = None
    """On a monotonic clock."""

    def add(
        self,
        count: LandingCount,
        records: Sequence[RawRecord],
        pages: int = 1,
        no_failures: Mapping[str, int] | None = None,
    ) -> None:
        """Take landed pages into account."""
        self.count, self.pages = self.count + count, self.pages + pages
        self.no_failures.update(no_failures or {})
        times = [record.source_updated_at for record in records if record.source_updated_at is not None]
        if times:
            self.oldest = min([*times, *([self.oldest] if self.oldest else [])])
            self.newest = max([*times, *([self.newest] if self.newest else [])])

    def is_due(self, clock: float) -> bool:
        """Whether the progress has not been stored yet, or not recently."""
        return self.stored_at is None or clock - self.stored_at >= MIN_SECONDS_BETWEEN


def store_progress(session: Session, workspace_id: UUID, sync_run_id: UUID, progress: SyncProgress) -> None:
    """Store the progress of a sync."""
    count = progress.count
    session.execute(
        UPDATE_PROGRESS,
        (
            progress.pages,
            count.read,
            count.new,
            count.updated,
            count.duplicate,
            count.quarantined,
            progress.oldest,
            progress.newest,
            Jsonb(dict(progress.no_failures)),
            workspace_id,
            sync_run_id,
        ),
    )
