"""The doctor knows the servers of an installation, whatever has started them."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette

from api.main import create_app
from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.doctor.check_machine import check_machine
from causeloop_pipeline.cli.doctor.own_servers import is_own_api, is_own_webserver
from causeloop_pipeline.settings import Settings, settings
from tests.api.conftest import serving
from tests.conftest import Installation


@pytest.fixture
def stranger() -> Iterator[int]:
    """The port of another program, which answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


def read_port(address: str) -> int:
    return int(urlsplit(address).port or 0)


def test_the_api_and_the_guard_of_dagsters_ui_are_recognized_and_other_programs_are_not(
    installation: Installation, stranger: int
) -> None:
    from causeloop_pipeline.orchestration.webserver import guard_webserver  # takes seconds

    guard = guard_webserver(Starlette(), Settings())
    with serving(create_app()) as api, serving(guard) as ui:
        guard.hosts |= {urlsplit(ui).netloc}  # its port is known only now
        config = Settings(api_port=read_port(api), dagster_port=read_port(ui), demo_port=stranger)
        findings = {finding.about: finding for finding in check_machine(config)}
        others = Settings(api_port=read_port(ui), dagster_port=read_port(api))

        assert (is_own_api(config), is_own_webserver(config)) == (True, True)
        assert (is_own_api(others), is_own_webserver(others)) == (False, False)
    assert findings[f"port {config.api_port}"].state is State.OK
    assert findings[f"port {stranger}"].state is State.WRONG
    settings.cache_clear()
