"""Trackers on loopback that tickets may reach."""

from collections.abc import Iterator

import pytest

from causeloop_pipeline.settings import settings
from tests.conftest import Installation
from tests.outbound.fake_trackers import FakeGitHub
from tests.support.fake_tool import FakeTool, fake_tool

GitHub = tuple[FakeGitHub, FakeTool]


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, installation: Installation) -> Iterator[GitHub]:
    """A repository of GitHub."""
    fake = FakeGitHub()
    with fake_tool(fake) as running:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield fake, running
    monkeypatch.undo()
    settings.cache_clear()
