"""Reads quarantined records again, with the connector as it is declared now."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from api.http.computing.processes import Computing
from api.http.database import WorkspaceDatabase
from api.ingest import queries as ingest
from api.quarantine import queries as quarantine
from causeloop_pipeline.connectors.declared.declaration import find_type
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.map_payload import read_records
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.raw.records import Origin

MAX_REPLAYED = 500


async def replay(db: WorkspaceDatabase, computing: Computing, connector: Mapping[str, Any]) -> dict[str, int]:
    """Queue the records that can be read now, at most 500 at a time; the rest stays in quarantine."""
    async with db.writing():
        queued = await quarantine.queue_stored(db, connector["id"], MAX_REPLAYED)
        refused = await quarantine.read_refused(db, connector["id"], MAX_REPLAYED)
    payloads = [bytes(row["payload"]) for row in refused]
    read = (
        await computing.run(db.workspace_id, read_payloads, connector["type"], connector["config"], payloads)
        if payloads
        else []
    )
    readable = [row["quarantine_id"] for row, records in zip(refused, read, strict=True) if records]
    by_origin: dict[Origin, list[RawRecord]] = {}
    for row, records in zip(refused, read, strict=True):
        by_origin.setdefault(_read_origin(connector, row), []).extend(records)
    async with db.writing():
        await quarantine.mark_replayed(db, readable)
        for origin, records in by_origin.items():
            await ingest.ingest_records(db, origin, records)
    return {"queued": queued + len(readable), "unreadable": len(refused) - len(readable)}


def read_payloads(
    connector_type: str, config: Mapping[str, Any], payloads: Sequence[bytes]
) -> list[list[RawRecord]]:
    """The records of each payload; none where it cannot be read."""
    return [_read(CONNECTORS[connector_type], config, payload) for payload in payloads]


def _read(tool: Connector, config: Mapping[str, Any], payload: bytes) -> list[RawRecord]:
    try:
        return read_records(tool, orjson.loads(payload), config)
    except orjson.JSONDecodeError:
        return []


def _read_origin(connector: Mapping[str, Any], row: Mapping[str, Any]) -> Origin:
    """Whose record it was when it arrived."""
    name = CONNECTORS[connector["type"]].name
    is_own = find_type(row["source"]) == name != row["source"]
    return Origin(connector["id"], row["site"], row["source"] if is_own else None)
