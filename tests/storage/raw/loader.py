"""A poll that reads a source page by page from its cursor: the process that the fault test kills."""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from causeloop_pipeline.model.raw_record import RawRecord, payload_hash
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.records import Origin, land

TOTAL, PAGE_SIZE = 8_000, 20


def record(number: int, title: str = "Timeout") -> RawRecord:
    """A record of the source, the same at every request."""
    payload = {"external_id": f"X-{number}", "title": title}
    updated_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return RawRecord("custom_api", f"X-{number}", payload, payload_hash(payload), updated_at)


def load(url: str, workspace_id: UUID, connector_id: UUID) -> None:
    """Store page after page, each with the cursor after it."""
    database = Database(url)
    while True:
        with database.workspace(workspace_id) as session:
            connector = session.row("select cursor from app.connector")
            start = int(connector["cursor"]["next"]) if connector and connector["cursor"] else 0
            if start >= TOTAL:
                return
            page = [record(number) for number in range(start, start + PAGE_SIZE)]
            land(
                session.connection,
                workspace_id,
                Origin(connector_id, str(connector_id)),
                page,
                cursor={"next": start + PAGE_SIZE},
            )
        time.sleep(0)


def fork_loaders(url: str, workspace_id: UUID, connector_id: UUID) -> None:
    """For each line that comes in, load in a process of its own; say its number, and the code of its end.

    So the imports, which take most of a loader's time, happen once.
    """
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            print(os.getpid(), flush=True)
            load(url, workspace_id, connector_id)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    fork_loaders(sys.argv[1], UUID(sys.argv[2]), UUID(sys.argv[3]))
