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
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector, read_active_connector
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
