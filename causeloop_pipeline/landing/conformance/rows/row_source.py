"""A real source of rows: a folder with files, or a table of a database, and how a connector reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Protocol, TypeAlias

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.conformance.simulation.landed import Landed
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput

Row: TypeAlias = dict[str, Any]


class Rows(Protocol):
    """Where the kit writes rows."""

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows, or new versions of them."""

    def write_broken(self) -> int:
        """Add rows that cannot be read, and say how many."""


@dataclass(frozen=True)
class RowSource:
    """Rows, and the connector that reads them."""

    connector: Connector
    rows: Rows
    config: Mapping[str, Any]
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    egress: EgressPolicy = field(default_factory=EgressPolicy)
    drop_folder: str | None = None

    def pages(self, landed: Landed) -> Iterator[Page]:
        """The pages of a sync that continues after what was landed."""
        return pull(self.connector, self.make_input(landed), self.egress)

    def make_input(self, landed: Landed) -> SyncInput:
        """What a sync that continues after what was landed is given."""
        return SyncInput(
            config=self.config,
            credentials=self.credentials,
            cursor=landed.cursor or None,
            backfill_days=30,
            now=datetime.now(UTC),
            drop_folder=self.drop_folder,
            settle_seconds=0,
        )

    def sync(self, landed: Landed, pages: int = 10**6) -> str | None:
        """One sync that ends after so many pages; the reason where it failed."""
        try:
            for page in islice(self.pages(landed), pages):
                landed.commit(page)
        except OutsideFailure as failure:
            return failure.reason
        return None
