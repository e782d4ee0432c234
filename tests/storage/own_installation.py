"""A database and a state folder of its own on the session's server, for tests that change all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg

from causeloop_pipeline.settings import settings, temporary_variables
from causeloop_pipeline.storage.database.migrate import migrate
from causeloop_pipeline.storage.database.roles import API, DAGSTER, OWNER, PIPELINE
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.settings_files import read_settings, write_settings
from tests.conftest import Installation


@dataclass(frozen=True)
class OwnInstallation:
    """The URL of each role, and the folder that names them."""

    state_dir: Path
    owner_url: str
    pipeline_url: str
    api_url: str
    dagster_url: str
    superuser_url: str

    @property
    def dagster_superuser_url(self) -> str:
        """The server's superuser, in Dagster's database."""
        return f"{self.superuser_url}_dagster"

    @property
    def database(self) -> Database:
        """Sessions of the pipeline's role."""
        return Database(self.pipeline_url)


PRISTINE = "pristine"
"""A migrated database that nobody uses: a copy of it takes a fraction of the time."""


def _make_pristine(superuser: psycopg.Connection, owner_url: str) -> None:
    """Make it unless it is there."""
    if superuser.execute("select 1 from pg_database where datname = %s", (PRISTINE,)).fetchone():
        return
    superuser.execute(f"create database {PRISTINE} owner {OWNER}")
    try:
        migrate(owner_url.rsplit("/", 1)[0] + f"/{PRISTINE}")
    except BaseException:
        superuser.execute(f"drop database {PRISTINE} with (force)")
        raise


@contextmanager
def own_installation(shared: Installation, folder: Path) -> Iterator[OwnInstallation]:
    """A migrated database without tenants, named by `settings()` until the block ends."""
    name = f"own_{uuid4().hex[:8]}"
    values = read_settings(shared.state_dir)
    with psycopg.connect(shared.superuser_url, autocommit=True) as superuser:
        _make_pristine(superuser, values["database_url"])
        superuser.execute(f"create database {name} owner {OWNER} template {PRISTINE}")
        superuser.execute(f"grant connect, temporary on database {name} to {PIPELINE}, {API}")
        superuser.execute(f"create database {name}_dagster owner {DAGSTER}")
        try:
            for key in ("database_url", "pipeline_database_url", "api_database_url"):
                values[key] = values[key].rsplit("/", 1)[0] + f"/{name}"
            values["dagster_database_url"] = (
                values["dagster_database_url"].rsplit("/", 1)[0] + f"/{name}_dagster"
            )
            write_settings(folder, values)
            migrate(values["database_url"])
            with temporary_variables({"CAUSELOOP_STATE_DIR": str(folder)}):
                settings.cache_clear()
                yield OwnInstallation(
                    folder,
                    values["database_url"],
                    values["pipeline_database_url"],
                    values["api_database_url"],
                    values["dagster_database_url"],
                    shared.superuser_url.rsplit("/", 1)[0] + f"/{name}",
                )
        finally:
            settings.cache_clear()
            superuser.execute(f"drop database {name} with (force)")
            superuser.execute(f"drop database {name}_dagster with (force)")
