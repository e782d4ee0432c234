"""A tool that does not answer keeps no other tenant's tool waiting."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Stages
from causeloop_pipeline.stages.landing import sync_due_connectors
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector
from causeloop_pipeline.storage.database.session import Database
from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool

MAX_LOOKS = 600
SELECT_SYNCED = "select 1 from app.sync_run where workspace_id = %s and status = 'succeeded'"


def connect(stages: Stages, workspace_id: UUID, url: str, path: str) -> None:
    """A connector of the workspace that is due."""
    new = NewConnector(
        workspace_id=workspace_id,
        connector_id=uuid4(),
        connector_type="custom_api",
        display_name=path,
        config={"base_url": url, "path": path},
        credentials={},
    )
    with stages.database.workspace(workspace_id) as session:
        create_connector(session, stages.vault, new)


def has_synced(database: Database, workspace_id: UUID) -> bool:
    """Whether a sync of the workspace has ended well; waits a moment for it."""
    with database.workspace(workspace_id) as session:
        session.execute("select pg_sleep(0.05)")
        return session.row(SELECT_SYNCED, (workspace_id,)) is not None


def test_while_a_tool_of_one_tenant_hangs_that_of_another_is_read_to_its_end(
    database: Database, workspace_id: UUID, other_workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_requested, goes_on = threading.Event(), threading.Event()

    def answer(request: ReceivedRequest) -> Reply:
        if request.path == "/hangs":
            is_requested.set()
            goes_on.wait(60)
        return Reply([])

    with fake_tool(answer) as tool, ThreadPoolExecutor(1) as pool:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{tool.port}")
        settings.cache_clear()
        stages, ids = Stages(), [workspace_id, other_workspace_id]
        connect(stages, workspace_id, tool.url, "/hangs")
        connect(stages, other_workspace_id, tool.url, "/items")
        syncing = pool.submit(sync_due_connectors, stages, CONNECTORS["custom_api"], ids, "run")
        try:
            assert is_requested.wait(60)
            is_read = any(has_synced(database, other_workspace_id) for _ in range(MAX_LOOKS))
            is_hanging = not syncing.done()
        finally:
            goes_on.set()
        results = syncing.result(60)
    monkeypatch.undo()
    settings.cache_clear()

    assert is_hanging
    assert is_read
    assert [result.error for result in results] == [None, None]
