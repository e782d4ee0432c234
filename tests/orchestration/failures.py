"""Half a year of failures of a small company, as its own tools would send them to the ingest API."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from causeloop_pipeline.model.raw_record import NORMALIZED, RawRecord, payload_hash
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.records import NO_CONNECTOR, LandingCount, land

CAUSES = (
    ("checkout", "payments", "Connection pool exhausted for database orders after {} ms", "PoolTimeout", 9),
    ("search", "discovery", "Disk usage above {} percent on volume data", "DiskFull", 13),
    ("login", "identity", "TLS certificate of issuer expired, {} requests refused", "CertificateExpired", 30),
    ("mailer", "growth", "Queue mail-outbound lags {} messages behind", "ConsumerLag", 6),
)


def failures(days: int = 180, until: datetime | None = None) -> list[dict[str, Any]]:
    """One event per cause every so many days, in the product's own words."""
    end = until or datetime.now(UTC).replace(microsecond=0)
    return [
        event(
            f"{service}-{age}", service, team, text.format(1000 + 7 * age), error, end - timedelta(days=age)
        )
        for service, team, text, error, every in CAUSES
        for age in range(1, days, every)
    ]


def event(
    external_id: str, service: str, team: str, title: str, error: str, at: datetime, status: str = "resolved"
) -> dict[str, Any]:
    """One failure event."""
    return {
        "external_id": external_id,
        "title": title,
        "severity": "p2",
        "status": status,
        "service": service,
        "error_type": error,
        "team": team,
        "environment": "production",
        "source_created_at": at.isoformat(),
        "source_updated_at": (at + timedelta(hours=1)).isoformat(),
        "resolved_at": (at + timedelta(hours=1)).isoformat() if status == "resolved" else None,
    }


def ingest(database: Database, workspace_id: UUID, events: list[dict[str, Any]]) -> LandingCount:
    """Land events as the ingest API does."""
    records = [
        RawRecord(
            source="custom_api",
            external_id=failure["external_id"],
            payload=failure,
            payload_hash=payload_hash(failure),
            source_updated_at=datetime.fromisoformat(failure["source_updated_at"]),
            kind=NORMALIZED,
            channel="ingest",
        )
        for failure in events
    ]
    with database.workspace(workspace_id) as session:
        return land(session.connection, workspace_id, NO_CONNECTOR, records, channel="ingest")


def count(owner_url: str, statement: str, *parameters: object) -> int:
    """One number from the database, seen by its superuser."""
    with psycopg.connect(owner_url) as connection:
        row = connection.execute(statement, parameters).fetchone()
    return int(row[0]) if row else 0
