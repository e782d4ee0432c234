"""The channel of the operators, on loopback."""

from collections.abc import Iterator

import pytest

from causeloop_pipeline.settings import settings
from tests.conftest import Installation
from tests.support.fake_tool import FakeTool, Reply, fake_tool, in_turn


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch, installation: Installation) -> Iterator[FakeTool]:
    with fake_tool(in_turn(Reply({}))) as tool:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{tool.port}")
        monkeypatch.setenv("CAUSELOOP_OPERATOR_CHANNEL", f"{tool.url}/hook")
        settings.cache_clear()
        yield tool
    monkeypatch.undo()
    settings.cache_clear()
