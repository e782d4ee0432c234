"""The API reads from a streaming replica, and nobody notices when it is behind or away."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psycopg
import pytest
from fastapi import FastAPI

from api.http.bounded_pool import DatabaseBounds
from api.http.replica import Replica
from api.main import create_app
from bench.installation import wait_until
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.embedded.postgres_server import (
    Server,
    find_binaries,
    find_data_dir,
    remove_server,
    start_server,
    stop_server,
)
from tests.api.conftest import serving
from tests.api.sample import Sample
from tests.conftest import Installation

PATHS = ("/v1/issues", "/v1/patterns", "/v1/recommendations", "/v1/connectors", "/v1/alert-rules")
LONG = 600.0


@pytest.fixture(scope="module")
def standby(installation: Installation) -> Iterator[Server]:
    """A replica of the database, which streams from it."""
    directory = Path(tempfile.mkdtemp(prefix="causeloop-replica-"))
    directory.chmod(0o711)
    (directory / "superuser.password").write_text(installation.server.password)
    data = find_data_dir(directory)
    command = [str(find_binaries(None) / "pg_basebackup"), "--pgdata", str(data), "--write-recovery-conf"]
    command += ["--checkpoint=fast", "--dbname", installation.server.url()]
    subprocess.run(command, check=True, capture_output=True, cwd="/")
    if os.geteuid() == 0:
        owner = pwd.getpwuid(data.parent.stat().st_uid)
        subprocess.run(["chown", "-R", f"{owner.pw_uid}:{owner.pw_gid}", data], check=True)
    yield start_server(directory)
    remove_server(directory)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def near(installation: Installation, standby: Server) -> Iterator[tuple[FastAPI, str]]:
    """The API with that replica, which counts as near however long it is behind, and its address."""
    variables = pytest.MonkeyPatch()
    url = installation.api_url.replace(f":{installation.server.port}/", f":{standby.port}/")
    variables.setenv("CAUSELOOP_API_REPLICA_DATABASE_URL", url)
    settings.cache_clear()
    app = create_app()
    app.state.database_bounds = DatabaseBounds(wait_seconds=30, lock_seconds=60, statement_seconds=60)
    with serving(app) as address:
        app.state.replica.max_lag_seconds = LONG
        yield app, address
    variables.undo()
    settings.cache_clear()


@pytest.fixture
def paused(standby: Server) -> Iterator[None]:
    """The replica receives the log, but shows nothing new while a test lasts."""
    with psycopg.connect(standby.url("causeloop"), autocommit=True) as superuser:
        superuser.execute("select pg_wal_replay_pause()")
        wait_until(
            lambda: superuser.execute("select pg_get_wal_replay_pause_state()").fetchone() == ("paused",), 60
        )
        yield
        superuser.execute("select pg_wal_replay_resume()")


def sign_in(address: str, tenant: Sample) -> httpx2.Client:
    headers = {"authorization": f"Bearer {tenant.credentials['owner']}"}
    return httpx2.Client(base_url=address, headers=headers, timeout=60)


def await_replica(app: FastAPI, tenant: Sample) -> Replica:
    replica: Replica = app.state.replica
    wait_until(lambda: replica.may_answer(tenant.workspace_id), 60)
    return replica


def await_replay(installation: Installation, standby: Server) -> None:
    """Wait until the replica shows all that the primary has written until now."""
    with psycopg.connect(installation.server.url("causeloop")) as primary:
        row = primary.execute("select pg_current_wal_lsn()").fetchone()
        assert row is not None
    with psycopg.connect(standby.url("causeloop"), autocommit=True) as superuser:
        has_replayed = "select pg_last_wal_replay_lsn() >= %s"
        wait_until(lambda: superuser.execute(has_replayed, row).fetchone() == (True,), 60)


def test_reads_are_answered_by_the_replica_each_tenants_own(
    near: tuple[FastAPI, str], tenants: list[Sample], installation: Installation, standby: Server
) -> None:
    app, address = near
    await_replay(installation, standby)
    replica = await_replica(app, tenants[0])
    before = replica.answered
    for own, other in (tenants, tenants[::-1]):
        with sign_in(address, own) as client:
            answers = [client.get(path) for path in PATHS]

        assert [answer.status_code for answer in answers] == [200] * len(PATHS)
        assert own.canary in "".join(answer.text for answer in answers)
        assert other.canary not in "".join(answer.text for answer in answers)
    assert replica.answered >= before + 2 * len(PATHS)


def rename(client: httpx2.Client, name: str) -> None:
    assert client.patch("/v1/workspace", json={"name": name}).status_code == 200


def read_name(client: httpx2.Client) -> str:
    return str(client.get("/v1/workspace").json()["name"])


def test_a_writer_reads_his_own_write_though_the_replica_is_behind(
    near: tuple[FastAPI, str], tenants: list[Sample], request: pytest.FixtureRequest
) -> None:
    app, address = near
    writer, reader = tenants
    replica = await_replica(app, writer)
    request.getfixturevalue("paused")
    with (
        sign_in(address, writer) as writing,
        sign_in(address, writer) as colleague,
        sign_in(address, reader) as other,
    ):
        rename(writing, "written while the replica is behind")
        names = [read_name(writing), read_name(colleague)]
        answered = replica.answered
        other.get("/v1/workspace")

        assert names == ["written while the replica is behind"] * 2
        assert replica.answered > answered  # who wrote nothing still reads from the replica


def test_another_process_of_the_api_learns_of_a_write_from_the_clients_cookie(
    near: tuple[FastAPI, str], tenants: list[Sample], request: pytest.FixtureRequest
) -> None:
    app, address = near
    replica = await_replica(app, tenants[0])
    request.getfixturevalue("paused")
    with sign_in(address, tenants[0]) as client:
        rename(client, "remembered by the browser")
        replica._written.clear()  # as in a process that did not take the write
        with_cookie = read_name(client)
        client.cookies.clear()
        without = read_name(client)

    assert with_cookie == "remembered by the browser"
    assert without != with_cookie


def test_a_replica_that_is_too_far_behind_answers_nothing_until_it_has_caught_up(
    near: tuple[FastAPI, str], tenants: list[Sample], request: pytest.FixtureRequest
) -> None:
    app, address = near
    replica = await_replica(app, tenants[0])
    request.getfixturevalue("paused")
    replica.max_lag_seconds = 0.0
    answered = replica.answered
    with sign_in(address, tenants[0]) as client:
        assert client.get("/v1/workspace").status_code == 200
        assert replica.answered == answered
        replica.max_lag_seconds = LONG
        token = {"authorization": f"Bearer {app.state.metrics_token}"}
        metrics = httpx2.get(f"{address}/metrics", headers=token, timeout=60).text

    assert "causeloop_replica_lag_seconds " in metrics


def test_while_the_replica_is_away_the_primary_answers_and_it_is_used_again_when_it_is_back(
    near: tuple[FastAPI, str], tenants: list[Sample], standby: Server
) -> None:
    app, address = near
    replica = await_replica(app, tenants[0])
    stop_server(standby.directory)
    with sign_in(address, tenants[0]) as client:
        away = [client.get(path).status_code for path in PATHS]
        wait_until(lambda: not replica.may_answer(tenants[0].workspace_id), 60)
        away += [client.get(path).status_code for path in PATHS]
        start_server(standby.directory)
        await_replica(app, tenants[0])
        answered = replica.answered
        back = [client.get(path).status_code for path in PATHS]

    assert away == [200] * 2 * len(PATHS)
    assert back == [200] * len(PATHS)
    assert replica.answered > answered
