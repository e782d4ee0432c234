"""A real MariaDB in a temporary folder, on loopback; its tests are skipped where it is missing."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("mariadbd", "mariadb-install-db", "my_print_defaults")
START_SECONDS = 30
PASSWORD = "planted-secret-of-reader"


def require_mariadb() -> None:
    """Skip where the server or its driver is not installed."""
    missing = [name for name in PROGRAMS if not shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin")]
    if missing:
        pytest.skip(f"MariaDB is not installed ({missing[0]} is missing)")
    if find_spec("pymysql") is None:
        pytest.skip("the driver of MySQL is not installed: pip install 'causeloop[mysql]'")


@contextmanager
def serve_mariadb(folder: Path) -> Iterator[int]:
    """The port of a server whose files are in the folder; it ends with the block."""
    data, port = folder / "data", _find_port()
    data.mkdir()
    options = [f"--datadir={data}", "--user=root"]
    install = ["mariadb-install-db", "--no-defaults", *options, "--auth-root-authentication-method=normal"]
    subprocess.run([*install, "--skip-test-db"], check=True, capture_output=True)
    command = [
        shutil.which("mariadbd", path="/usr/sbin:/usr/bin") or "mariadbd",
        "--no-defaults",
        *options,
        "--bind-address=127.0.0.1",
        f"--port={port}",
        f"--socket={folder / 'socket'}",
        "--innodb-buffer-pool-size=32M",
        "--innodb-use-native-aio=0",  # io_uring hangs in some containers
        "--innodb-flush-log-at-trx-commit=0",
        f"--secure-file-priv={folder}",
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.kill()  # its files are thrown away


@contextmanager
def connect(port: int, **more: Any) -> Iterator[Any]:
    """A connection as the server's administrator; every statement is committed."""
    import pymysql

    with pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True, **more) as connection:
        yield connection


def _wait(port: int) -> None:
    import pymysql

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError, pymysql.err.OperationalError), connect(port):
            return
        time.sleep(0.1)
    raise TimeoutError(f"MariaDB did not answer on port {port} in {START_SECONDS} s")


def _find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
