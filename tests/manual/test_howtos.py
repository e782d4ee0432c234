"""The how-tos do what they say: their marked commands are run, in order, on a bare state folder."""

import base64
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from bench.installation import RunningInstallation
from causeloop_pipeline.outbound.standard_webhooks import sign_headers
from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.embedded.postgres_server import remove_server

STORY = (
    "start/your_file.md",
    "howto/connect.md",
    "howto/deploy.md",
    "howto/containers.md",
    "howto/proxy.md",
    "howto/monitoring.md",
    "start/your_tools.md",
    "own_connectors.md",
    "configuration.md",
    "reporting.md",
    "howto/dagster.md",
    "upkeep.md",
)
"""In the order in which one page may need what another has made."""

MARKED = re.compile(r"^<!-- (run|start|file)(?:: (.+?))? -->\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
STOPPED = "while it is stopped"
MAX_READY_SECONDS = 240
pytestmark = [pytest.mark.timeout(600), pytest.mark.database]


@dataclass(frozen=True)
class Step:
    """A marked block of a page."""

    page: str
    kind: str
    detail: str
    text: str


def list_steps() -> Iterator[Step]:
    for page in STORY:
        for kind, detail, text in MARKED.findall((ROOT / "docs" / page).read_text()):
            yield Step(page, kind, detail, text)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[RunningInstallation]:
    """A state folder that is not there yet, and a folder to work in."""
    (tmp_path / "work").mkdir()
    installation = RunningInstallation(tmp_path / "state")
    address = f"http://127.0.0.1:{installation.ports['API']}"
    installation.environment = {
        "CAUSELOOP_PUBLIC_URL": address,
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    yield installation
    stop(installation)
    remove_server(installation.state_dir / "postgres")


def stop(installation: RunningInstallation) -> None:
    if installation.process is not None and installation.process.poll() is None:
        installation.end()


def start(installation: RunningInstallation, text: str) -> None:
    (command,) = text.strip().splitlines()
    assert command.startswith("causeloop up "), command
    installation.start(*command.split()[2:])
    deadline = time.monotonic() + MAX_READY_SECONDS
    while not is_ready(installation):
        assert installation.process is not None
        assert installation.process.poll() is None, "it ended"
        assert time.monotonic() < deadline, "it does not become ready"
        time.sleep(0.5)


def is_ready(installation: RunningInstallation) -> bool:
    try:
        return httpx2.get(f"{installation.environment['CAUSELOOP_PUBLIC_URL']}/ready").status_code == 200
    except httpx2.TransportError:
        return False


def run(installation: RunningInstallation, text: str) -> subprocess.CompletedProcess[str]:
    folder = installation.state_dir.parent / "work"
    command = ["bash", "-e", "-u", "-o", "pipefail", "-c", text]
    return subprocess.run(
        command,
        cwd=folder,
        env=installation.variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def test_the_marked_commands_of_the_howtos_run_in_the_order_of_the_pages(
    installation: RunningInstallation,
) -> None:
    if shutil.which("psql") is None:
        pytest.skip("psql is not on this machine: apt-get install postgresql-client")
    count = 0
    for step in list_steps():
        if step.kind == "file":
            (installation.state_dir.parent / "work" / step.detail).write_text(step.text)
        elif step.kind == "start":
            start(installation, step.text)
        else:
            if step.detail == STOPPED:
                stop(installation)
            done = run(installation, step.text)
            count += 1
            assert done.returncode == 0, f"{step.page}\n{step.text}\n{done.stdout}\n{done.stderr}"
    assert count > 20


def test_the_proxies_of_the_page_are_excerpts_of_the_files_that_are_written() -> None:
    page = (ROOT / "docs/howto/proxy.md").read_text()

    for language, name in (("nginx", "nginx.conf"), ("caddyfile", "Caddyfile"), ("yaml", "traefik.yaml")):
        (excerpt,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
        file = (ROOT / "deploy" / "proxy" / name).read_text()
        written = [line.strip() for line in file.splitlines()]
        assert [line for line in excerpt.splitlines() if line.strip() not in written] == [], name
        assert excerpt.count("{") == excerpt.count("}")
        assert file.count("{") == file.count("}")


def test_each_router_of_traefik_has_a_service_behind_it_and_tls() -> None:
    http = yaml.safe_load((ROOT / "deploy/proxy/traefik.yaml").read_text())["http"]

    assert {router["service"] for router in http["routers"].values()} == set(http["services"])
    assert [name for name, router in http["routers"].items() if "tls" not in router] == []


def test_the_code_that_verifies_a_webhook_accepts_what_is_signed_here_and_nothing_else() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/howto/alerts.md").read_text(), re.DOTALL)
    defined: dict[str, Any] = {}
    exec(code, defined)
    secret, body = "whsec_" + base64.b64encode(b"k" * 32).decode(), b'{"type": "alert"}'
    headers = sign_headers(secret, "msg_1", body, datetime(2026, 10, 5, tzinfo=UTC))

    assert defined["is_genuine"](headers, body, secret)
    assert not defined["is_genuine"](headers, body + b" ", secret)
    assert not defined["is_genuine"]({**headers, "webhook-id": "msg_2"}, body, secret)


def test_every_mark_is_one_of_those_that_are_run_and_stands_on_a_page_of_the_story() -> None:
    pages = {
        path.relative_to(ROOT / "docs").as_posix(): path.read_text() for path in (ROOT / "docs").rglob("*.md")
    }
    marks = {
        page: len(re.findall(r"^<!-- (?:run|start|file)\b", text, re.MULTILINE))
        for page, text in pages.items()
    }
    steps = list(list_steps())

    assert {page for page, number in marks.items() if number} == set(STORY)
    assert {page: number for page, number in marks.items() if number} == {
        page: sum(step.page == page for step in steps) for page in STORY
    }
    assert {step.detail for step in steps if step.kind == "run"} <= {"", STOPPED}
