"""`causeloop up --no-demo` as in production: no tenant yet, any order of commands, any server may die."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest
from playwright.sync_api import Browser, expect

from bench.installation import RunningInstallation, wait_until
from causeloop_pipeline.cli.processes import is_listening
from causeloop_pipeline.cli.servers import PROCESS_OF_SERVERS
from causeloop_pipeline.settings import PROCESS_VARIABLE, list_foreign_secrets
from causeloop_pipeline.storage.embedded.postgres_server import find_data_dir, remove_server
from tests import first_day
from tests.api.oidc_issuer import AUDIENCE, Issuer, running_issuer
from tests.browser.conftest import browser, sign_in_with_password, sign_out

__all__ = ["browser"]

ADA, BOB = "ada@acme.example", "bob@acme.example"
pytestmark = [pytest.mark.timeout(600), pytest.mark.database]
MARKS = {
    "code": "causeloop_pipeline.definitions",
    "api": "-m\0api",
    "dagster": "orchestration.webserver",
    "daemon": "orchestration.instance.daemon",
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """The identity provider that the installation trusts."""
    with running_issuer() as started:
        started.subject = "ada-at-the-provider"
        yield started


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[RunningInstallation]:
    """A fresh installation, started after somebody has parsed the dbt project without a database."""
    running = RunningInstallation(tmp_path_factory.mktemp("production"))
    running.environment = {
        "CAUSELOOP_PUBLIC_URL": f"http://127.0.0.1:{running.ports['API']}",
        "CAUSELOOP_OIDC_ISSUER": issuer.url,
        "CAUSELOOP_OIDC_AUDIENCE": AUDIENCE,
    }
    parse = [sys.executable, "-m", "causeloop_pipeline.storage.dbt.runner", "parse"]
    environment = {**os.environ, "CAUSELOOP_STATE_DIR": str(running.state_dir), "CAUSELOOP_DATABASE_URL": ""}
    parsed = subprocess.run(parse, env=environment, check=True, capture_output=True, text=True)
    assert_is_manifest(running, Path(parsed.stdout.strip()))
    running.start("--no-demo")
    running.await_line("first start")
    yield running
    if running.process is not None and running.process.poll() is None:
        running.end()
    remove_server(running.state_dir / "postgres")


def assert_is_manifest(running: RunningInstallation, path: Path) -> None:
    """What parses the project without a database prints where the manifest is."""
    assert path == running.state_dir / "dbt" / "target" / "manifest.json"
    assert "model.causeloop.issue" in json.loads(path.read_bytes())["nodes"]


def find_servers(running: RunningInstallation) -> dict[str, int]:
    """Name → process of each living server of this installation."""
    servers: dict[str, int] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes().decode()
            parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if (
            running.process
            and parent == running.process.pid
            and str(running.state_dir).encode() in environment
        ):
            servers |= {name: int(process.name) for name, mark in MARKS.items() if mark in command}
    return servers


def is_ready(running: RunningInstallation) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{running.ports['API']}/ready", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def count_heartbeats(running: RunningInstallation) -> int:
    query = (
        "select count(*) from daemon_heartbeats where timestamp > (now() at time zone 'utc') - interval '5 s'"
    )
    try:
        with psycopg.connect(running.urls["dagster_database_url"]) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.OperationalError:
        return 0
    return int(row[0]) if row else 0


def test_an_installation_without_a_tenant_is_up_and_stays_so(running: RunningInstallation) -> None:
    assert is_ready(running)
    assert set(find_servers(running)) == set(MARKS)
    wait_until(lambda: count_heartbeats(running), 60)
    assert running.process is not None
    assert running.process.poll() is None


def test_the_first_people_come_in_by_links_and_single_sign_on_and_a_key_is_made_and_rotated(
    running: RunningInstallation, issuer: Issuer, browser: Browser
) -> None:
    (link,) = [line.split()[2] for line in running.printed if line.startswith("first start")]
    with browser.new_context() as adas, browser.new_context() as bobs:
        ada = first_day.create_organization(adas, link, ADA)
        invitation = first_day.invite(ada, BOB)
        bob = first_day.accept_invitation(bobs, invitation)
        running.command("tenant", "set-plan", "acme", "enterprise")

        sign_out(ada)
        issuer.claims = {"email": ADA, "email_verified": True}
        first_day.sign_in_at_provider(ada)
        first_day.require_single_sign_on(ada)
        key = first_day.make_key(ada, "loader")
        keys = {key, first_day.rotate_key(ada, "loader")}

        bob.reload()
        sign_in_with_password(bob, running.environment["CAUSELOOP_PUBLIC_URL"], BOB, first_day.PASSWORD)
        expect(bob.get_by_role("alert")).to_contain_text("single sign-on")
        issuer.subject, issuer.claims = "bob-at-the-provider", {"email": BOB, "email_verified": True}
        # The inviter had seen the link that Bob came in by: now that he is proven, he joins himself.
        first_day.join_at_provider(bob, "Join Main of Acme")

    statuses = {answer_with(running, each, "/v1/issues") for each in keys}
    assert (len(keys), statuses) == (2, {200})


def answer_with(running: RunningInstallation, key: str, path: str) -> int:
    headers = {"authorization": f"Bearer {key}"}
    address = f"http://127.0.0.1:{running.ports['API']}{path}"
    return httpx2.get(address, headers=headers, timeout=30).status_code


def test_the_code_server_listens_on_a_private_socket_and_on_no_port(running: RunningInstallation) -> None:
    folder = running.state_dir / "dagster" / "private"

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert is_listening(folder / "code.sock")
    inodes = {
        os.readlink(link)
        for link in Path(f"/proc/{find_servers(running)['code']}/fd").iterdir()
        if os.readlink(link).startswith("socket:")
    }
    listening = [
        line.split()[9]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    ]
    assert not inodes & {f"socket:[{inode}]" for inode in listening}


def test_each_server_has_only_its_own_secrets_and_nobody_else_may_read_its_log(
    running: RunningInstallation,
) -> None:
    values = json.loads((running.state_dir / "settings.json").read_text())
    for name, pid in find_servers(running).items():
        process = PROCESS_OF_SERVERS[name]
        environment = Path(f"/proc/{pid}/environ").read_text(errors="replace")
        foreign = [secret for secret in list_foreign_secrets(process) if values.get(secret)]

        assert [secret for secret in foreign if values[secret] in environment] == []
        assert f"{PROCESS_VARIABLE}={process}\0" in environment
    logs = running.state_dir / "logs"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (logs, *logs.iterdir())}
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}


def test_dagsters_webserver_asks_for_the_token_and_shows_the_code_server(
    running: RunningInstallation,
) -> None:
    address = f"http://127.0.0.1:{running.ports['DAGSTER']}"
    token = (running.state_dir / "dagster" / "webserver.token").read_text()
    query = {"query": "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"}

    assert httpx2.post(f"{address}/graphql", json=query).status_code == 401
    assert token not in running.read_output()
    answer = httpx2.post(
        f"{address}/graphql", json=query, headers={"authorization": f"Bearer {token}"}, timeout=60
    )
    (entry,) = answer.json()["data"]["workspaceOrError"]["locationEntries"]
    assert entry["loadStatus"] == "LOADED"


@pytest.mark.parametrize("name", [*MARKS, "PostgreSQL"])
def test_a_dead_server_is_replaced_while_the_others_go_on(running: RunningInstallation, name: str) -> None:
    before = find_servers(running)
    if name == "PostgreSQL":
        pid_file = find_data_dir(running.state_dir / "postgres") / "postmaster.pid"
        os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGKILL)
        wait_until(lambda: not is_ready(running), 60)
    else:
        os.kill(before[name], signal.SIGKILL)
        wait_until(lambda: find_servers(running).get(name) not in {None, before[name]}, 60)

    wait_until(lambda: is_ready(running), 60)
    wait_until(lambda: is_listening(running.state_dir / "dagster" / "private" / "code.sock"), 60)
    wait_until(lambda: is_listening(running.ports["DAGSTER"]), 60)
    wait_until(lambda: count_heartbeats(running), 60)
    after = find_servers(running)
    assert set(after) == set(before)
    assert {other for other in before if after[other] != before[other]} <= {name}
    assert running.process is not None
    assert running.process.poll() is None


def test_ctrl_c_still_ends_it(running: RunningInstallation) -> None:
    servers = find_servers(running)

    assert running.end() == 0

    assert not any(Path(f"/proc/{pid}").exists() for pid in servers.values())
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", running.ports["API"])) != 0
