"""A sync of a stored connector: a credential that the tool replaces is stored again, encrypted."""

from dataclasses import replace
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import OAuth2
from causeloop_pipeline.egress import access_tokens
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation as Stages
from causeloop_pipeline.stages.landing import sync
from causeloop_pipeline.storage.app.connectors import (
    NewConnector,
    create_connector,
    finish_sync,
    read_active_connector,
    start_sync,
)
from causeloop_pipeline.storage.app.sync_progress import SyncProgress
from causeloop_pipeline.storage.database.session import Database
from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool

CREDENTIALS = {"client_id": "planted-id", "client_secret": "planted-secret", "refresh_token": "refresh-0"}


class RotatingTool:
    """A tool that takes each refresh token once, and gives the next one with every token."""

    def __init__(self) -> None:
        self.minted = 0

    def __call__(self, request: ReceivedRequest) -> Reply:
        if request.path == "/token":
            if parse_qs(request.body.decode())["refresh_token"] != [f"refresh-{self.minted}"]:
                return Reply({"error": "invalid_grant"}, 400)
            self.minted += 1
            answer = {"access_token": f"minted-{self.minted}", "refresh_token": f"refresh-{self.minted}"}
            return Reply(answer)
        if request.headers.get("authorization") != f"Zoho-oauthtoken minted-{self.minted}":
            return Reply({}, 401)
        return Reply({"data": []})


def test_a_refresh_token_that_is_good_for_one_time_is_stored_for_the_next_sync(
    database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool_type = CONNECTORS["zoho_desk"]
    assert isinstance(tool_type.auth, OAuth2)
    connector = replace(tool_type, auth=replace(tool_type.auth, token_url="/token"))
    with fake_tool(RotatingTool()) as tool:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{tool.port}")
        settings.cache_clear()
        stages, connector_id = Stages(), uuid4()
        new = NewConnector(
            workspace_id=workspace_id,
            connector_id=connector_id,
            connector_type="zoho_desk",
            display_name="Desk",
            config={"organization": "1", "base_url": tool.url},
            credentials=CREDENTIALS,
        )
        with database.workspace(workspace_id) as session:
            create_connector(session, stages.vault, new)
        errors = []
        for _ in range(3):
            with database.workspace(workspace_id) as session:
                configured = read_active_connector(session, stages.vault, workspace_id, connector_id)
            assert configured is not None
            errors.append(sync(stages, connector, configured, None).error)
            access_tokens._tokens.clear()  # the next sync is in another process
    monkeypatch.undo()
    settings.cache_clear()

    with database.workspace(workspace_id) as session:
        stored = read_active_connector(session, stages.vault, workspace_id, connector_id)
        row = session.row("select credentials from app.connector where connector_id = %s", (connector_id,))
    assert errors == [None, None, None]
    assert stored is not None
    assert stored.credentials == CREDENTIALS | {"refresh_token": "refresh-3"}
    assert row is not None
    assert b"refresh-3" not in bytes(row["credentials"])


def test_a_connector_that_fails_is_tried_less_and_less_often_until_it_answers_again(
    database: Database, workspace_id: UUID
) -> None:
    stages, connector_id = Stages(), uuid4()
    new = NewConnector(
        workspace_id=workspace_id,
        connector_id=connector_id,
        connector_type="custom_api",
        display_name="Failing",
        config={"base_url": "https://api.acme.example", "path": "/items"},
        credentials={},
        poll_interval_seconds=3_600,
    )
    waits = []
    with database.workspace(workspace_id) as session:
        create_connector(session, stages.vault, new)
        configured = read_active_connector(session, stages.vault, workspace_id, connector_id)
        assert configured is not None
        for error in ("no answer", "no answer", "no answer", "no answer", "no answer", None):
            finish_sync(session, configured, start_sync(session, configured, None), SyncProgress(), error)
            row = session.row(
                "select extract(epoch from next_poll_at - now())::int as wait, failed_syncs "
                "from app.connector where connector_id = %s",
                (connector_id,),
            )
            assert row is not None
            waits.append((row["wait"], row["failed_syncs"]))

    assert waits == [(3_600, 1), (7_200, 2), (14_400, 3), (21_600, 4), (21_600, 5), (3_600, 0)]


def test_a_tool_that_failed_the_last_time_is_tried_once(
    database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake_tool(lambda _: Reply({}, 503)) as tool:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{tool.port}")
        settings.cache_clear()
        stages, connector_id = Stages(), uuid4()
        new = NewConnector(
            workspace_id=workspace_id,
            connector_id=connector_id,
            connector_type="custom_api",
            display_name="Down",
            config={"base_url": tool.url, "path": "/items"},
            credentials={},
        )
        with database.workspace(workspace_id) as session:
            create_connector(session, stages.vault, new)
            configured = read_active_connector(session, stages.vault, workspace_id, connector_id)
        assert configured is not None
        result = sync(stages, CONNECTORS["custom_api"], replace(configured, failed_syncs=1), None)
    monkeypatch.undo()
    settings.cache_clear()

    assert result.error is not None
    assert len(tool.requests) == 1
