"""The embedded PostgreSQL survives kills, concurrent starts, long paths and strict folders."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from causeloop_pipeline.storage.embedded import postgres_server as embedded
from causeloop_pipeline.storage.embedded.postgres_server import remove_server, start_server, stop_server
from causeloop_pipeline.storage.embedded.server_error import ServerError
from causeloop_pipeline.storage.embedded.socket_folder import claim_socket_dir


@pytest.fixture
def new_directory(tmp_path: Path) -> Iterator[Path]:
    """Where no server has been yet."""
    yield tmp_path / "postgres"
    remove_server(tmp_path / "postgres")


@pytest.fixture(scope="module")
def used_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the tests of this module start servers one after the other: making the data takes seconds."""
    directory = tmp_path_factory.mktemp("state") / "postgres"
    yield directory
    remove_server(directory)


@pytest.fixture
def directory(used_directory: Path) -> Iterator[Path]:
    """Where no server runs."""
    yield used_directory
    stop_server(used_directory)


def postmaster_pid(directory: Path) -> int:
    running = embedded.find_data_dir(directory) / "postmaster.pid"
    return int(running.read_text().splitlines()[0])


def test_a_second_start_joins_the_running_server(directory: Path) -> None:
    first = start_server(directory)
    second = start_server(directory)

    assert second == first


def test_two_processes_starting_at_once_share_one_server(new_directory: Path) -> None:
    code = (
        "import sys; from pathlib import Path; "
        "from causeloop_pipeline.storage.embedded.postgres_server import start_server; "
        "print(start_server(Path(sys.argv[1])).port)"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", code, str(new_directory)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ports = {starter.communicate(timeout=120)[0].strip() for starter in starters}

    assert len(ports) == 1
    assert all(starter.returncode == 0 for starter in starters)


def test_a_wrong_password_is_refused(directory: Path) -> None:
    server = start_server(directory)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url(password="wrong"))


def test_committed_rows_survive_the_death_of_the_postmaster(directory: Path) -> None:
    server = start_server(directory)
    with psycopg.connect(server.url()) as connection:
        connection.execute("create table stored as select 1 as row")
    os.kill(postmaster_pid(directory), signal.SIGKILL)

    again = start_server(directory)

    with psycopg.connect(again.url()) as connection:
        assert connection.execute("select row from stored").fetchone() == (1,)


def test_a_start_ends_what_a_killed_server_left_computing(directory: Path) -> None:
    server = start_server(directory)
    connection = psycopg.connect(server.url(), autocommit=True)
    backend = connection.info.backend_pid
    endless = "do $$ declare n bigint := 0; begin loop n := n + 1; end loop; end $$"
    computing = threading.Thread(target=_run_until_cut, args=(connection, endless), daemon=True)
    computing.start()
    with psycopg.connect(server.url(), autocommit=True) as other:
        active = "select 1 from pg_stat_activity where pid = %s and query like 'do %%' and state = 'active'"
        while not other.execute(active, (backend,)).fetchone():
            pass
    os.kill(postmaster_pid(directory), signal.SIGKILL)

    again = start_server(directory)

    with psycopg.connect(again.url()) as fresh:
        assert fresh.execute("select 1").fetchone() == (1,)
    assert again.port == server.port
    computing.join(timeout=30)
    assert not computing.is_alive()


def _run_until_cut(connection: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute(statement)


def test_a_state_folder_with_a_long_path_still_gets_a_socket(tmp_path: Path) -> None:
    directory = tmp_path / ("deep" * 20) / ("deeper" * 10)

    try:
        server = start_server(directory)
        with psycopg.connect(server.url()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        remove_server(directory)


@pytest.mark.parametrize("kind", ["a folder of somebody else", "a link", "a file"])
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make what belongs to somebody else")
def test_a_socket_folder_that_somebody_else_has_made_is_refused(tmp_path: Path, kind: str) -> None:
    own, target = tmp_path / "causeloop-5432", tmp_path / "target"
    target.mkdir()
    if kind == "a link":
        own.symlink_to(target)
    elif kind == "a file":
        own.touch()
    else:
        own.mkdir()
        os.chown(own, 65533, 65533)

    with pytest.raises(ServerError, match="is not a folder of this installation: remove it, or set"):
        claim_socket_dir(own, None)
    assert target.stat().st_mode & 0o777 == 0o755


def test_a_socket_folder_is_entered_by_its_user_only(tmp_path: Path) -> None:
    own = tmp_path / "causeloop-5432"
    own.mkdir()
    for folder in (own, tmp_path / "new"):
        claim_socket_dir(folder, None)
        claim_socket_dir(folder, None)
        assert folder.stat().st_mode & 0o777 == 0o700


def test_the_modes_of_folders_above_the_state_stay_as_they_are(tmp_path: Path) -> None:
    parent = tmp_path / "private"
    parent.mkdir(mode=0o700)

    try:
        start_server(parent / "postgres")
        assert parent.stat().st_mode & 0o777 == 0o700
    finally:
        remove_server(parent / "postgres")


@pytest.fixture
def strict_folder() -> Iterator[Path]:
    """A folder of root's own, below folders that everybody may enter."""
    folder = Path(tempfile.mkdtemp(dir="/var/tmp"))
    yield folder
    folder.chmod(0o711)
    remove_server(folder / "postgres")
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_the_data_stays_where_it_is_when_the_state_folder_becomes_passable(strict_folder: Path) -> None:
    data = embedded.find_data_dir(strict_folder / "postgres")
    data.mkdir()
    (data / "PG_VERSION").write_text("18")

    strict_folder.chmod(0o711)

    assert embedded.find_data_dir(strict_folder / "postgres") == data


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_a_server_runs_as_whom_its_data_belongs_to_whatever_users_there_are_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units bring a user `causeloop`, beside the data of a trial."""
    monkeypatch.setattr(embedded, "OWN_USER", "nobody")
    try:
        start_server(tmp_path / "postgres")
        monkeypatch.setattr(embedded, "OWN_USER", "daemon")
        embedded.stop_server(tmp_path / "postgres")
        server = start_server(tmp_path / "postgres")
        psycopg.connect(server.url()).close()
    finally:
        remove_server(tmp_path / "postgres")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")
def test_no_new_database_is_made_beside_one_that_cannot_be_reached_any_more(strict_folder: Path) -> None:
    strict_folder.chmod(0o711)
    data = embedded.find_data_dir(strict_folder / "postgres")
    data.mkdir()
    (data / "PG_VERSION").write_text("18")

    strict_folder.chmod(0o700)

    with pytest.raises(ServerError, match=r"the database is in .*: allow others to pass"):
        start_server(strict_folder / "postgres")


def test_missing_binaries_are_explained(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="CAUSELOOP_POSTGRES_BIN_DIR"):
        embedded.find_binaries(tmp_path)
