"""Failures as tools send them, for filling a workspace: machine messages of many statements, and reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import polars as pl

from bench.data.issue_streams import draw_machine_issues, draw_reports
from causeloop_pipeline.model.raw_record import NORMALIZED, RawRecord, payload_hash
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.records import NO_CONNECTOR, land

Failure = dict[str, Any]
AS_OF = datetime(2026, 6, 1, 2, tzinfo=UTC)
REPORT_SHARE = 0.1
PAGE = 5_000
TEAMS = 15
ROUND_HOURS = 1
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class StoredFailures:
    """The stored failures of a year before AS_OF, then those of each round, an hour each."""

    frame: pl.DataFrame
    stored: int
    new: int

    def list_stored(self) -> list[Failure]:
        """Those of the year."""
        return _list_events(self.frame.head(self.stored), AS_OF - YEAR, YEAR)

    def list_round(self, number: int) -> list[Failure]:
        """Those of a round, counted from 1."""
        batch = self.frame.slice(self.stored + self.new * (number - 1), self.new)
        hours = timedelta(hours=ROUND_HOURS)
        return _list_events(batch, AS_OF + hours * (number - 1), hours)


def draw_failures(stored: int, rounds: int, new: int) -> StoredFailures:
    """Nine of ten are machine messages of 400 statements, the others reports of people."""
    total = stored + rounds * new
    reports = int(total * REPORT_SHARE)
    frames = (draw_machine_issues(total - reports)[0], draw_reports(reports)[0])
    parts = [_number(frame, name) for frame, name in zip(frames, ("m", "r"), strict=True)]
    failures = pl.concat(parts, how="vertical_relaxed").sort("order", "external_id")
    return StoredFailures(failures, stored, new)


def land_failures(database: Database, workspace_id: UUID, failures: Sequence[Failure]) -> None:
    """Land failures as the ingest API does."""
    with database.workspace(workspace_id) as session:
        for start in range(0, len(failures), PAGE):
            records = [
                RawRecord(
                    "custom_api", failure["external_id"], failure, payload_hash(failure), kind=NORMALIZED
                )
                for failure in failures[start : start + PAGE]
            ]
            land(session.connection, workspace_id, NO_CONNECTOR, records)


def _number(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Ids, and where in the mixed stream each row stands."""
    return frame.select(
        "title",
        "body",
        "service",
        order=(pl.int_range(pl.len()) + 0.5) / pl.len(),
        external_id=pl.format("{}-{}", pl.lit(prefix), pl.int_range(pl.len())),
        number=pl.int_range(pl.len()),
    )


def _list_events(batch: pl.DataFrame, begin: datetime, span: timedelta) -> list[Failure]:
    events = []
    rows = batch.select("external_id", "title", "body", "service", "number").iter_rows()
    for place, (external_id, title, body, service, number) in enumerate(rows):
        at = begin + span * ((place + 0.5) / batch.height)
        events.append(
            {
                "external_id": external_id,
                "title": title,
                "body": body,
                "severity": f"p{1 + number % 4}",
                "status": "open" if number % 3 else "resolved",
                "service": f"service-{service}",
                "team": f"team-{int(service) % TEAMS}",
                "environment": "staging" if number % 7 == 0 else "production",
                "source_created_at": at.isoformat(),
                "source_updated_at": at.isoformat(),
                "resolved_at": None if number % 3 else (at + timedelta(hours=1)).isoformat(),
            }
        )
    return events
