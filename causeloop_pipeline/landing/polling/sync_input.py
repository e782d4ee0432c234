"""What one sync of a connector starts from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

NOT_STORED = UUID(int=0)


@dataclass(frozen=True, kw_only=True)
class SyncInput:
    """The connector's configuration and credentials, how far the last sync came, and the time of this one."""

    config: Mapping[str, Any] = field(repr=False)
    credentials: Mapping[str, str] = field(repr=False)
    cursor: Mapping[str, Any] | None = None
    backfill_days: int
    now: datetime
    open_ids: Sequence[str] = ()
    """External ids of the records that were open when they were last read."""
    keep_credential: Callable[[str, str], None] | None = field(default=None, repr=False)
    """Stores a credential that the tool replaces in mid-sync, by its name."""

    connector_id: UUID = NOT_STORED
    """Of the connector; none where it is only tried."""
    drop_folder: str | None = None
    """The folder that the operator has given the connector's workspace."""
    settle_seconds: int | None = None
    """How long a file of it must have been left alone; None: as long as `files/source` says."""

    @property
    def backfill_from(self) -> datetime:
        """Where a first sync starts."""
        return self.now - timedelta(days=self.backfill_days)
