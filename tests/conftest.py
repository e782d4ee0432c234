"""One real PostgreSQL for the whole session, migrated once, and two organizations in it."""

import gc
import os
import signal
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import hypothesis
import psycopg
import pytest
from psycopg import sql

from causeloop_pipeline.settings import Settings, settings
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.database.roles import ROLES
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.installation import start_embedded
from causeloop_pipeline.storage.embedded.postgres_server import Server, remove_server
from causeloop_pipeline.storage.embedded.settings_files import read_settings
from tests.storage.prepared_installation import copy_prepared
from tests.support.dbt_flags import leave_out_declarers
from tests.support.skipping import is_demanded
from tests.support.slow_tests import has_none_of, is_slow, rank_file

TESTS = Path(__file__).parent
SCRAM_ITERATIONS_SINCE = 160_000
# Hundreds of processes import the same modules: each is compiled once, whatever the machine's own setting is.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The processes share the cores already: the threads of one would wait for those of another.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

# A job in the background ignores SIGINT, and SIGTERM too once Dagster has run in it: no server would end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

leave_out_declarers()

# Garbage is looked for less often: a worker holds a million objects that stay.
gc.set_threshold(20_000, 20, 20)

# No deadlines: on a busy machine an example takes as long as it takes.
hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("fast", max_examples=15, deadline=None)


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: many tests wait, for servers, browsers and deadlines."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are collected, nor ever again among what lives to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no file of which nothing is to run: each process would read all, which takes it half a minute."""
    is_test = collection_path.match("test_*.py") and collection_path.is_relative_to(TESTS)
    return True if is_test and has_none_of(_place(collection_path), config.option.markexpr) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests, and mark those of `make test-slow` and those that need PostgreSQL."""
    items.sort(key=lambda item: rank_file(_place(item.path)))
    for item in items:
        if "installation" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.database)
        if is_slow(_place(item.path), getattr(item, "originalname", item.name), item.name):
            item.add_marker(pytest.mark.slow)


def _place(path: Path) -> str:
    return path.relative_to(TESTS).as_posix()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail, where CI is set, what would be skipped for want of something that CI installs."""
    report = yield
    if report.skipped and is_demanded(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not allow: {report.longrepr}"
    return report


@dataclass(frozen=True)
class Installation:
    """A migrated database and the URL of each role."""

    state_dir: Path
    server: Server
    owner_url: str
    pipeline_url: str
    api_url: str
    dagster_url: str

    @property
    def superuser_url(self) -> str:
        """The server's superuser, on the maintenance database."""
        return self.server.url()


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An embedded installation in a folder of its own; `settings()` names it while the session lasts."""
    state_dir = tmp_path_factory.mktemp("state")
    os.environ["CAUSELOOP_STATE_DIR"] = str(state_dir)
    bin_dir = Settings().postgres_bin_dir  # another server's, to run the tests on its version
    if "PYTEST_XDIST_WORKER" in os.environ:  # a session of one process may never need the views
        copy_prepared(tmp_path_factory, state_dir)
    server = start_embedded(state_dir, bin_dir)
    _skip_durability(server)
    _hash_passwords_once(server, state_dir)
    settings.cache_clear()
    config = settings()
    migrate(config.require("database_url"))
    yield Installation(
        state_dir,
        server,
        config.require("database_url"),
        config.require("pipeline_database_url"),
        config.require("api_database_url"),
        config.require("dagster_database_url"),
    )
    remove_server(state_dir / "postgres", bin_dir)


def _skip_durability(server: Server) -> None:
    """Wait for no disk, which takes each commit 4 ms: nothing here must outlive a crash of the machine."""
    with psycopg.connect(server.url(), autocommit=True) as superuser:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            superuser.execute(sql.SQL("alter system set {} = off").format(sql.Identifier(name)))
        superuser.execute("select pg_reload_conf()")


def _hash_passwords_once(server: Server, state_dir: Path) -> None:
    """Store the passwords after one round of hashing: many thousand connections repeat all rounds."""
    stored = read_settings(state_dir)
    passwords = {role: stored[f"{role}_password"] for role in ROLES}
    with psycopg.connect(server.url(), autocommit=True) as superuser:
        if superuser.info.server_version < SCRAM_ITERATIONS_SINCE:
            return
        superuser.execute("set scram_iterations = 1")
        for role, password in {**passwords, "postgres": server.password}.items():
            statement = sql.SQL("alter role {} password {}")
            superuser.execute(statement.format(sql.Identifier(role), sql.Literal(password)))


@pytest.fixture(scope="session")
def postgres(installation: Installation) -> Server:
    """The real server: `.url(database, user, password)`, `.port`."""
    return installation.server


@pytest.fixture
def owner(installation: Installation) -> Iterator[psycopg.Connection]:
    """A connection of the role that provisions tenants; commits by itself."""
    with psycopg.connect(installation.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def database(installation: Installation) -> Database:
    """Sessions of the pipeline's role."""
    return Database(installation.pipeline_url)


_numbers = iter(range(1, 1_000_000))


@pytest.fixture
def workspace_id(owner: psycopg.Connection) -> UUID:
    """A new workspace in an organization of its own."""
    return new_workspace(owner)


@pytest.fixture
def other_workspace_id(owner: psycopg.Connection) -> UUID:
    """A new workspace of another organization."""
    return new_workspace(owner)


def new_workspace(owner: psycopg.Connection, plan: str = "growth", timezone: str = "UTC") -> UUID:
    """A workspace that no other test has seen."""
    number = next(_numbers)
    organization_id = create_organization(owner, f"org-{os.getpid()}-{number}", f"Org {number}", plan, 10)
    return create_workspace(owner, organization_id, "main", f"Workspace {number}", timezone)
