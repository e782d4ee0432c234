"""MariaDB: a table of errors that a program keeps, read by a connector of type mysql."""

import os
from collections.abc import Callable
from typing import Any

from tests.realtools.packages import install_debian
from tests.realtools.place import Place, ToolError, wait_for
from tests.realtools.real_tool import Expected, RealTool

TABLE = """
create database shop;
create table shop.app_errors (
    id bigint auto_increment primary key, message text, level text, app text,
    state varchar(20) default 'open', created datetime(6) default now(6),
    changed datetime(6) default now(6) on update now(6), fixed_at datetime(6)
);
create user ro@'127.0.0.1' identified by 'readonly'; create user ro@localhost identified by 'readonly';
grant select on shop.* to ro@'127.0.0.1'; grant select on shop.* to ro@localhost
"""
QUERY = "select id, message, level, app, state, created, changed, fixed_at from {table}"
FIELDS = {
    "title": "message",
    "severity": "level",
    "service": "app",
    "status": "state",
    "source_created_at": "created",
    "resolved_at": "fixed_at",
}
INSERT = """
insert into {table} (message, level, app)
values ('deadlock detected while updating orders', 'error', 'orders')
"""
RESOLVE = "update {table} set state = 'resolved', fixed_at = {now}, changed = {now} where state = 'open'"


def start_mariadb(place: Place, port: int) -> Callable[[str], str]:
    """A server of its own; what runs SQL as its root."""
    install_debian("mariadb-server")
    data = place.folder / "mariadb"
    data.mkdir(mode=0o755)
    user = "mysql" if os.geteuid() == 0 else None
    if user:
        os.chown(data, _find_user(user), -1)
    place.run(
        "mariadb-install-db", *([f"--user={user}"] if user else []), f"--datadir={data}", "--skip-test-db"
    )
    socket = data / "server.sock"
    place.start(
        "mariadbd",
        "--no-defaults",
        *([f"--user={user}"] if user else []),
        f"--datadir={data}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={socket}",
        f"--pid-file={data}/server.pid",
        "--innodb-buffer-pool-size=64M",
    )

    def run_sql(statements: str) -> str:
        return place.run(
            "mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "-N", "-e", statements
        )

    wait_for(lambda: socket.exists() and _answers(run_sql), 60, "MariaDB")
    return run_sql


class MariaDb(RealTool):
    """A table by a query of the connector's own form."""

    name = "mariadb"
    title = "MariaDB"
    type = "mysql"
    is_polled = True
    words = ("", "")

    def install(self) -> str:
        """From Debian."""
        return install_debian("mariadb-server")

    def start(self) -> None:
        """The server, two tables of the same form, and a user who may only read."""
        self.port = next(self.place.ports)
        self.run_sql = start_mariadb(self.place, self.port)
        self.run_sql(f"{TABLE}; create table shop.job_errors like shop.app_errors")
        self.tables = ["app_errors", "job_errors"]

    def configure(self, address: str) -> dict[str, Any]:
        """Host, port and query; a second connector reads the other table."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "database": "shop",
            "user": "ro",
            "sslmode": "disable",
            "query": QUERY.format(table=f"shop.{self.tables.pop(0)}"),
            "key_column": "id",
            "cursor_column": "changed",
            "fields": FIELDS,
        }

    def read_credentials(self) -> dict[str, str]:
        """The user who may only read."""
        return {"password": "readonly"}

    def fail(self) -> None:
        """A row in each table: their ids are the same."""
        self.run_sql(INSERT.format(table="shop.app_errors"))
        self.run_sql(INSERT.format(table="shop.job_errors").replace("orders", "parcels"))

    def recover(self) -> None:
        """The open row is resolved."""
        self.run_sql(RESOLVE.format(table="shop.app_errors", now="now(6)"))

    @property
    def expected(self) -> Expected:
        """The columns."""
        return Expected(
            title="^deadlock detected while updating orders$", severity="p2", service="^orders$", link=None
        )


def _find_user(name: str) -> int:
    import pwd

    return pwd.getpwnam(name).pw_uid


def _answers(run_sql: Callable[[str], str]) -> bool:
    try:
        return run_sql("select 1").strip() == "1"
    except ToolError:
        return False
