"""Reads quarantined records again, with the connector as it is declared now."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from api.http.database import WorkspaceDatabase
from api.ingest import queries as ingest
from api.quarantine import queries as quarantine
from causeloop_pipeline.connectors.declared.declaration import find_type
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.map_payload import read_records
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.raw.records import Origin

MAX_REPLAYED = 500


async def replay(
    db: WorkspaceDatabase, tool: Connector, connector_id: UUID, config: Mapping[str, Any]
) -> dict[str, int]:
    """Queue the records that can be read now, at most 500 at a time; the rest stays in quarantine."""
    queued = await quarantine.queue_stored(db, connector_id, MAX_REPLAYED)
    refused = await quarantine.read_refused(db, connector_id, MAX_REPLAYED)
    readable: list[UUID] = []
    by_origin: dict[Origin, list[RawRecord]] = {}
    for row in refused:
        if records := _read(tool, config, row["payload"]):
            readable.append(row["quarantine_id"])
            by_origin.setdefault(_read_origin(tool, connector_id, row), []).extend(records)
    await quarantine.mark_replayed(db, readable)
    for origin, records in by_origin.items():
        await ingest.ingest_records(db, origin, records)
    return {"queued": queued + len(readable), "unreadable": len(refused) - len(readable)}


def _read(tool: Connector, config: Mapping[str, Any], payload: bytes) -> list[RawRecord]:
    try:
        return read_records(tool, orjson.loads(payload), config)
    except orjson.JSONDecodeError:
        return []


def _read_origin(tool: Connector, connector_id: UUID, row: Mapping[str, Any]) -> Origin:
    """Whose record it was when it arrived."""
    is_own = find_type(row["source"]) == tool.name != row["source"]
    return Origin(connector_id, row["site"], row["source"] if is_own else None)
