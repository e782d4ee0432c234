"""Two tenants, and a running PgBouncer with the configuration that deploy/ carries."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from bench.installation import wait_until
from causeloop_pipeline.cli.processes import is_listening
from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port
from tests.api.sample import Sample, make_sample
from tests.conftest import Installation

POOLER_CONFIGURATION = ROOT / "deploy" / "pgbouncer" / "pgbouncer.ini"
SELECT_VERIFIERS = """
select format('"%s" "%s"', rolname, rolpassword) from pg_authid where rolname ~ '^causeloop_(api|pipeline)$'
"""


@pytest.fixture(scope="module")
def tenants(installation: Installation) -> list[Sample]:
    """Two workspaces of two organizations, with one row of every kind."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        return [make_sample(owner, Database(installation.pipeline_url)) for _ in range(2)]


@dataclass(frozen=True)
class Pooler:
    """The URLs of the two roles through PgBouncer."""

    api_url: str
    pipeline_url: str


@pytest.fixture(scope="module")
def pooler(installation: Installation) -> Iterator[Pooler]:
    """PgBouncer in front of the database, with two server connections for each role."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not on this machine (Debian: apt-get install pgbouncer)")
    folder, port = Path(tempfile.mkdtemp(prefix="causeloop-pooler-")), find_free_port()
    with psycopg.connect(installation.superuser_url) as superuser:
        verifiers = [row[0] for row in superuser.execute(SELECT_VERIFIERS)]
    (folder / "userlist.txt").write_text("\n".join(verifiers) + "\n")
    (folder / "pgbouncer.ini").write_text(_adapt_configuration(folder, port, installation))
    identity = _hand_over(folder)
    process = subprocess.Popen(
        [program, str(folder / "pgbouncer.ini")],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        **identity,
    )
    try:
        wait_until(lambda: process.poll() is not None or is_listening(port), 30)
        assert process.poll() is None, "pgbouncer ended at once"
        yield Pooler(
            _move(installation.api_url, port, "causeloop_api"),
            _move(installation.pipeline_url, port, "causeloop"),
        )
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(folder)


def _adapt_configuration(folder: Path, port: int, installation: Installation) -> str:
    """The committed file with the places of this machine, and pools so small that connections are shared."""
    text = POOLER_CONFIGURATION.read_text()
    changes = {
        "host=db.internal port=5432": f"host=127.0.0.1 port={installation.server.port}",
        "pool_size=24": "pool_size=2",
        "pool_size=16": "pool_size=2",
        "listen_port = 6432": f"listen_port = {port}",
        "/run/pgbouncer/": f"{folder}/",
        "/etc/pgbouncer/": f"{folder}/",
    }
    for committed, here in changes.items():
        assert committed in text
        text = text.replace(committed, here)
    return text


def _hand_over(folder: Path) -> dict[str, Any]:
    """Let the program, which refuses to run as root, read the folder; as whom it runs."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.iterdir()):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _move(url: str, port: int, database: str) -> str:
    parts = urlsplit(url)
    address = parts.netloc.replace(f":{parts.port}", f":{port}")
    return urlunsplit((parts.scheme, address, f"/{database}", parts.query, ""))
