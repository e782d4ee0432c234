"""Processes that land batches of records and are killed at random; each reports what it has committed."""

import os
import random
import select
import signal
from uuid import UUID

from bench.chaos.installation import ChaosInstallation
from causeloop_pipeline.model.raw_record import NORMALIZED, RawRecord
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.records import NO_CONNECTOR, land

BATCH, MAX_BATCHES, MAX_LIFE_SECONDS = 5, 200, 0.12


def kill_loaders(running: ChaosInstallation, count: int, choose: random.Random) -> set[str]:
    """Start some loaders and kill each after a random time; returns the ids that they had committed."""
    committed: set[str] = set()
    for number in range(count):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            _load(running.urls["pipeline_database_url"], running.workspace_id, number, writer)
        os.close(writer)
        select.select([reader], [], [], 10)  # it has committed its first batch
        select.select([], [], [], choose.uniform(0, MAX_LIFE_SECONDS))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        committed |= _read_committed(reader)
    return committed


def _load(url: str, workspace_id: UUID, number: int, writer: int) -> None:
    """Land batch after batch until killed; never returns."""
    database = Database(url)
    for batch in range(MAX_BATCHES):
        ids = [f"loader-{number}-{batch}-{index}" for index in range(BATCH)]
        records = [_make_record(external_id) for external_id in ids]
        with database.workspace(workspace_id) as session:
            land(session.connection, workspace_id, NO_CONNECTOR, records, channel="ingest")
        os.write(writer, "".join(f"{external_id}\n" for external_id in ids).encode())
    os._exit(0)


def _make_record(external_id: str) -> RawRecord:
    payload = {"external_id": external_id, "title": f"queue {external_id} is full", "service": "checkout"}
    return RawRecord("custom_api", external_id, payload, external_id, kind=NORMALIZED, channel="ingest")


def _read_committed(reader: int) -> set[str]:
    with os.fdopen(reader) as lines:
        return {line.strip() for line in lines if line.endswith("\n")}
