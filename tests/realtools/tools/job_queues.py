"""Queues whose jobs are rows: pg-boss from npm on PostgreSQL, and a table of one's own on MariaDB."""

from typing import Any

from tests.realtools.packages import install_debian, install_npm
from tests.realtools.real_tool import Expected, RealTool
from tests.realtools.tools.mariadb import start_mariadb
from tests.realtools.tools.postgresql import start_postgresql

PG_BOSS = "pg-boss@10.4.2"
SCRIPT = """
const PgBoss = require("{package}"), fs = require("fs");
const [, , connectionString, schema, folder] = process.argv;
(async () => {{
  const boss = new PgBoss({{ connectionString, schema }});
  boss.on("error", (error) => console.error(error));
  await boss.start();
  await boss.createQueue("load_orders");
  await boss.send("load_orders", {{}}, {{ retryLimit: 0 }});
  await new Promise((resolve) => boss.work("load_orders", {{ pollingIntervalSeconds: 0.5 }}, async () => {{
    setTimeout(resolve, 1000);
    if (!fs.existsSync(folder + "/ok")) throw new Error("orders-db: connection timed out after 30 s");
  }}));
  await boss.stop({{ graceful: true, wait: true }});
  process.exit(0);
}})();
"""
TABLE = """
create table shop.{table} (
    id int primary key, job_name text, status varchar(20), attempts int default 0, last_error text,
    started_at datetime(6), updated_at datetime(6) default now(6) on update now(6)
);
insert into shop.{table} (id, job_name, status)
values (1, 'load_orders', 'queued'), (2, 'mail_orders', 'queued');
grant select on shop.{table} to ro@'127.0.0.1'; grant select on shop.{table} to ro@localhost
"""
RUN = """
update shop.{table} set status = 'running', attempts = attempts + 1, started_at = now(6), last_error = null
"""
FAIL = """
update shop.{table} set status = 'failed', last_error = 'TimeoutError: orders-db after 30 s' where id = 1
"""
SUCCEED = "update shop.{table} set status = 'succeeded'"


class PgBoss(RealTool):
    """Its table, without a field that is mapped: a job is a row, which ends as failed or completed."""

    name = "pg-boss"
    title = "pg-boss, PostgreSQL"
    type = "postgresql"
    is_polled = True
    words = ("", "")
    unwanted = "completed|active|created"

    def install(self) -> str:
        """From npm, PostgreSQL from Debian."""
        install_debian("postgresql")
        self.package = install_npm(PG_BOSS)
        return PG_BOSS.partition("@")[2]

    def start(self) -> None:
        """The server, a user who may only read, and two applications, each with a queue of its own."""
        self.port = next(self.place.ports)
        self.run_sql = start_postgresql(self.place, self.port)
        self.run_sql("create role ro login password 'readonly'")
        (self.place.folder / "work.js").write_text(SCRIPT.format(package=self.package))
        self.schemas = ["shop", "desk"]
        for schema in self.schemas:
            self._work(schema)
            grants = (
                f"grant usage on schema {schema} to ro; grant select on all tables in schema {schema} to ro;"
            )
            self.run_sql(f"{grants} truncate {schema}.job")

    def configure(self, address: str) -> dict[str, Any]:
        """Host, port and query; a second connector reads the other application's queue."""
        columns = "id, name, state, retry_count, output, created_on, started_on, completed_on"
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "database": "postgres",
            "user": "ro",
            "sslmode": "disable",
            "query": f"select {columns} from {self.schemas.pop(0)}.job",
            "key_column": "id",
            "cursor_column": "completed_on",
        }

    def read_credentials(self) -> dict[str, str]:
        """The user who may only read."""
        return {"password": "readonly"}

    def fail(self) -> None:
        """A job that fails in both applications."""
        self.place.let_fail()
        self._work("shop")
        self._work("desk")

    def recover(self) -> None:
        """The next one does not; the failed one stays failed."""
        self.place.let_succeed()
        self._work("shop")

    @property
    def expected(self) -> Expected:
        """The queue and what its job raised."""
        return Expected(
            title="^load_orders: orders-db: connection timed out after 30 s$",
            severity="p3",
            service="^load_orders$",
            link=None,
        )

    def _work(self, schema: str) -> None:
        url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.place.run("node", "work.js", url, schema, self.place.folder)


class JobTable(RealTool):
    """A table in which each job has one row, changed in place by every run."""

    name = "job-table"
    title = "MariaDB, jobs changed in place"
    type = "mysql"
    is_polled = True
    words = ("", "")
    unwanted = "mail_orders|queued|running"

    def install(self) -> str:
        """From Debian."""
        return install_debian("mariadb-server")

    def start(self) -> None:
        """The server, and two tables of the same form."""
        self.port = next(self.place.ports)
        self.run_sql = start_mariadb(self.place, self.port)
        self.tables = ["jobs", "desk_jobs"]
        users = "".join(
            f"create user ro@{host} identified by 'readonly';" for host in ("'127.0.0.1'", "localhost")
        )
        self.run_sql(
            f"create database shop; {users}" + ";".join(TABLE.format(table=name) for name in self.tables)
        )

    def configure(self, address: str) -> dict[str, Any]:
        """Host, port and query; a second connector reads the other table, which has the same ids."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "database": "shop",
            "user": "ro",
            "sslmode": "disable",
            "query": f"select * from {self.tables.pop(0)}",
        }

    def read_credentials(self) -> dict[str, str]:
        """The user who may only read."""
        return {"password": "readonly"}

    def fail(self) -> None:
        """The row of the job says that it failed, in each of the tables."""
        for table in ("jobs", "desk_jobs"):
            self._run(table, FAIL)

    def recover(self) -> None:
        """The same row says that it succeeded."""
        self._run("jobs", SUCCEED)

    @property
    def expected(self) -> Expected:
        """The job and its error."""
        return Expected(
            title="^load_orders: TimeoutError: orders-db after 30 s$",
            severity="p3",
            service="^load_orders$",
            link=None,
        )

    def _run(self, table: str, *steps: str) -> None:
        self.run_sql(";".join(step.format(table=table) for step in (RUN, *steps)))
