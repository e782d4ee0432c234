"""PostgreSQL: a table of errors that a program keeps, read by a query; servers for other recipes."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.realtools.packages import MissingToolError, install_debian
from tests.realtools.place import Place
from tests.realtools.real_tool import Expected, RealTool
from tests.realtools.tools.mariadb import FIELDS, INSERT, QUERY, RESOLVE

TABLE = """
create table app_errors (
    id bigint generated always as identity primary key, message text, level text, app text,
    state text default 'open', created timestamptz default now(), changed timestamptz default now(),
    fixed_at timestamptz
);
create table job_errors (like app_errors including all);
create role ro login password 'readonly'; grant select on app_errors, job_errors to ro
"""


def start_postgresql(place: Place, port: int) -> Callable[..., str]:
    """A server of its own without passwords; what runs SQL as its superuser."""
    install_debian("postgresql")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        raise MissingToolError("PostgreSQL's programs are not in /usr/lib/postgresql")
    data = place.folder / "postgresql"
    data.mkdir()
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        place.run("chown", user, data)
    place.run(programs[-1] / "initdb", "-D", data, "--auth=trust", "-E", "UTF8", "-U", "postgres", user=user)
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": data, "fsync": "off"}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    place.start(programs[-1] / "postgres", "-D", data, *arguments, user=user)
    place.run(
        "sh",
        "-c",
        f"for i in $(seq 100); do {programs[-1]}/pg_isready -h 127.0.0.1 -p {port} && exit; sleep .2; done",
    )

    def run_sql(statements: str, database: str = "postgres", login: str = "postgres") -> str:
        address = f"host=127.0.0.1 port={port} dbname={database} user={login}"
        return place.run(
            programs[-1] / "psql", address, "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", stdin=statements
        )

    return run_sql


class PostgreSql(RealTool):
    """A table by a query of the connector's own form."""

    name = "postgresql"
    title = "PostgreSQL"
    type = "postgresql"
    is_polled = True
    words = ("", "")

    def install(self) -> str:
        """From Debian."""
        return install_debian("postgresql")

    def start(self) -> None:
        """The server, two tables of the same form, and a user who may only read."""
        self.port = next(self.place.ports)
        self.run_sql = start_postgresql(self.place, self.port)
        self.run_sql(TABLE)
        self.tables = ["app_errors", "job_errors"]

    def configure(self, address: str) -> dict[str, Any]:
        """Host, port and query; a second connector reads the other table."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "database": "postgres",
            "user": "ro",
            "sslmode": "disable",
            "query": QUERY.format(table=self.tables.pop(0)),
            "key_column": "id",
            "cursor_column": "changed",
            "fields": FIELDS,
        }

    def read_credentials(self) -> dict[str, str]:
        """The user who may only read."""
        return {"password": "readonly"}

    def fail(self) -> None:
        """A row in each table: their ids are the same."""
        self.run_sql(INSERT.format(table="app_errors"))
        self.run_sql(INSERT.format(table="job_errors").replace("orders", "parcels"))

    def recover(self) -> None:
        """The open row is resolved."""
        self.run_sql(RESOLVE.format(table="app_errors", now="now()"))

    @property
    def expected(self) -> Expected:
        """The columns."""
        return Expected(
            title="^deadlock detected while updating orders$", severity="p2", service="^orders$", link=None
        )
