"""A poll that pages through a source from its cursor on: the process that the fault test kills."""

import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from causeloop_pipeline.model.raw_record import RawRecord, payload_hash
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.records import land

TOTAL, PAGE_SIZE = 20_000, 20


def record(number: int, title: str = "Timeout") -> RawRecord:
    """A record of the source, the same whenever it is asked for."""
    payload = {"external_id": f"X-{number}", "title": title}
    updated_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return RawRecord("custom_api", f"X-{number}", payload, payload_hash(payload), updated_at)


def load(url: str, workspace_id: UUID, connector_id: UUID) -> None:
    """Land page after page, each with the cursor that follows it."""
    database = Database(url)
    print("started", flush=True)
    while True:
        with database.workspace(workspace_id) as session:
            known = session.row("select cursor from app.connector")
            start = int(known["cursor"]["next"]) if known and known["cursor"] else 0
            if start >= TOTAL:
                return
            page = [record(number) for number in range(start, start + PAGE_SIZE)]
            land(session.connection, workspace_id, connector_id, page, cursor={"next": start + PAGE_SIZE})
        time.sleep(0)


if __name__ == "__main__":
    load(sys.argv[1], UUID(sys.argv[2]), UUID(sys.argv[3]))
