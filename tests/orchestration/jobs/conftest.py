"""Trackers on loopback that tickets may reach."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from causeloop_pipeline.settings import settings
from tests.conftest import Installation
from tests.outbound.fake_trackers import FakeGitHub
from tests.support.fake_tool import FakeTool, Script, fake_tool

GitHub = tuple[FakeGitHub, FakeTool]


@contextmanager
def serve_reachable(script: Script) -> Iterator[FakeTool]:
    """Serve a tool to which the pipeline may connect."""
    with pytest.MonkeyPatch.context() as variables, fake_tool(script) as running:
        variables.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield running
    settings.cache_clear()


@pytest.fixture
def github(installation: Installation) -> Iterator[GitHub]:
    """A repository of GitHub."""
    fake = FakeGitHub()
    with serve_reachable(fake) as running:
        yield fake, running
