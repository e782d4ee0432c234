"""While the past of a connector is read, how far it has come is stored: at once, and then rarely."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Stages
from causeloop_pipeline.stages.landing import sync
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector, read_active_connector
from causeloop_pipeline.storage.app.sync_progress import MIN_SECONDS_BETWEEN, SyncProgress
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.records import LandingCount
from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool

NOW = datetime.now(UTC).replace(microsecond=0)
PAGE_SIZE, PAGES = 100, 3


class PagedTool:
    """A tool whose list has three pages, a record a day; it waits before the last one."""

    def __init__(self) -> None:
        self.is_at_last, self.may_go_on = threading.Event(), threading.Event()

    def __call__(self, request: ReceivedRequest) -> Reply:
        offset = int(request.query.get("offset", 0))
        if offset >= PAGE_SIZE * (PAGES - 1):
            self.is_at_last.set()
            assert self.may_go_on.wait(60)
        numbers = range(offset, offset + PAGE_SIZE)
        items = [
            {
                "id": f"T-{number}",
                "title": "The till is stuck",
                "updated_at": (NOW - timedelta(days=300 - number)).isoformat(),
            }
            for number in numbers
            if number < PAGE_SIZE * PAGES - 1
        ]
        return Reply({"items": items})


def read_runs(database: Database, workspace_id: UUID) -> list[dict[str, Any]]:
    with database.workspace(workspace_id) as session:
        return session.rows("select * from app.sync_run order by started_at")


def test_the_history_shows_how_far_the_first_sync_has_come_while_it_runs(
    database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool_script, connector_id = PagedTool(), uuid4()
    with fake_tool(tool_script) as tool, ThreadPoolExecutor(1) as thread:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{tool.port}")
        settings.cache_clear()
        stages = Stages()
        new = NewConnector(
            workspace_id=workspace_id,
            connector_id=connector_id,
            connector_type="custom_api",
            display_name="Tills",
            config={
                "base_url": tool.url,
                "path": "/items",
                "records": "items",
                "pages": "offset",
                "page_param": "offset",
                "size": PAGE_SIZE,
            },
            credentials={},
            backfill_days=365,
        )
        with database.workspace(workspace_id) as session:
            create_connector(session, stages.vault, new)
            configured = read_active_connector(session, stages.vault, workspace_id, connector_id)
        assert configured is not None
        running = thread.submit(sync, stages, CONNECTORS["custom_api"], configured, None)
        assert tool_script.is_at_last.wait(60)
        (under_way,) = read_runs(database, workspace_id)
        tool_script.may_go_on.set()
        assert running.result().error is None
        (finished,) = read_runs(database, workspace_id)
        assert sync(stages, CONNECTORS["custom_api"], configured, None).error is None
        later = read_runs(database, workspace_id)[-1]
    monkeypatch.undo()
    settings.cache_clear()

    pages = under_way["pages"]  # the second one too where the machine was slow
    assert pages in {1, 2}
    assert (under_way["status"], under_way["rows_new"]) == ("running", pages * PAGE_SIZE)
    assert under_way["oldest_record_at"] == NOW - timedelta(days=300)
    assert under_way["newest_record_at"] == NOW - timedelta(days=300 - pages * PAGE_SIZE + 1)
    assert NOW - under_way["reads_from"] <= timedelta(days=365)
    assert (finished["status"], finished["pages"], finished["rows_read"]) == ("succeeded", PAGES, 299)
    assert finished["newest_record_at"] == NOW - timedelta(days=2)
    assert later["reads_from"] is None  # the past was read: the backfill has ended


def test_progress_is_stored_at_once_and_then_rarely() -> None:
    progress = SyncProgress()
    assert progress.is_due(100.0)
    progress.stored_at = 100.0
    assert not progress.is_due(100.0 + MIN_SECONDS_BETWEEN - 0.1)
    assert progress.is_due(100.0 + MIN_SECONDS_BETWEEN)


def test_records_without_a_time_do_not_move_the_span() -> None:
    progress = SyncProgress()
    dated = [_record(NOW), _record(None), _record(NOW - timedelta(days=1))]
    progress.add(LandingCount(read=3), dated)
    progress.add(LandingCount(read=1), [_record(None)])
    assert (progress.oldest, progress.newest) == (NOW - timedelta(days=1), NOW)
    assert (progress.pages, progress.count.read) == (2, 4)


def _record(moment: datetime | None) -> RawRecord:
    return RawRecord(
        source="custom_api",
        external_id=uuid4().hex,
        payload={},
        payload_hash="h",
        source_updated_at=moment,
        kind="record",
        channel="poll",
    )
