"""How far the past of a connector has been read, over all syncs up to the first that succeeded."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample

FROM = datetime(2025, 3, 1, tzinfo=UTC)
INSERT_RUN = """
insert into app.sync_run (workspace_id, connector_id, started_at, finished_at, status, pages, rows_read,
                          reads_from, oldest_record_at, newest_record_at)
values (%s, %s, %s, %s, %s, 10, 1000, %s, %s, %s)
"""


def test_an_interrupted_backfill_and_its_continuation_are_one(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    body = {"type": "custom_api", "display_name": "Tills", "paused": True}
    path = f"/v1/connectors/{api.post('/v1/connectors', json=body).json()['id']}"
    connector_id = UUID(path.rsplit("/", 1)[1])
    assert api.get(path).json()["backfill"] is None

    def add_run(start: datetime, status: str, *, reads_from: datetime | None, day: int) -> None:
        finished = None if status == "running" else start + timedelta(minutes=5)
        span = (FROM + timedelta(days=day), FROM + timedelta(days=day + 30))
        with database.workspace(fresh_sample.workspace_id) as session:
            row = (fresh_sample.workspace_id, connector_id, start, finished, status, reads_from, *span)
            session.execute(INSERT_RUN, row)

    start = datetime(2026, 3, 1, tzinfo=UTC)
    add_run(start, "failed", reads_from=FROM, day=10)
    add_run(start + timedelta(hours=1), "running", reads_from=FROM, day=40)
    running = api.get(path).json()["backfill"]
    listed = {row["id"]: row["backfill"] for row in api.get("/v1/connectors").json()["data"]}
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update app.sync_run set status = 'succeeded' where connector_id = %s and status = 'running'",
            (connector_id,),
        )
    add_run(start + timedelta(hours=2), "succeeded", reads_from=None, day=300)
    done = api.get(path).json()["backfill"]

    assert (running["status"], running["syncs"], running["pages"], running["rows_read"]) == (
        "running", 2, 20, 2000,
    )  # fmt: skip
    assert datetime.fromisoformat(running["oldest_record_at"]) == FROM + timedelta(days=10)
    assert datetime.fromisoformat(running["newest_record_at"]) == FROM + timedelta(days=70)
    assert listed[str(connector_id)] == running
    assert (done["status"], done["rows_read"]) == ("succeeded", 2000)
