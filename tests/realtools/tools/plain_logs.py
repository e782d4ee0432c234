"""Logs as servers and schedulers write them, uploaded again whenever they have grown."""

from tests.realtools.packages import install_debian
from tests.realtools.place import wait_for
from tests.realtools.real_tool import Expected
from tests.realtools.tools.postgresql import start_postgresql
from tests.realtools.tools.reports import UploadedReport

APSCHEDULER = "apscheduler==3.11.3"
JOB = """
import logging, pathlib, time
from apscheduler.schedulers.background import BackgroundScheduler
logging.basicConfig(
    filename="scheduler.log", level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
)
logging.Formatter.converter = time.gmtime

def load_orders():
    if not pathlib.Path("ok").exists():
        raise TimeoutError("orders-db: connection timed out after 30 s")

scheduler = BackgroundScheduler(timezone="UTC")
scheduler.add_job(load_orders, id="load_orders")
scheduler.start()
time.sleep(1)
scheduler.shutdown()
"""


class SchedulerLog(UploadedReport):
    """The log of a job that raises an error."""

    name = "apscheduler-log"
    title = "APScheduler, log"
    requirement = APSCHEDULER
    report = "scheduler.log"
    unwanted = "started|Added job"

    def fail(self) -> None:
        """The job's orders are not there."""
        self.place.let_fail()
        self._work()

    def recover(self) -> None:
        """They are; the log never says that it is over."""
        self.place.let_succeed()
        self._work()

    @property
    def expected(self) -> Expected:
        """What the job raised; which one it was is in the text."""
        return Expected(
            title="^TimeoutError: orders-db: connection timed out after 30 s$",
            severity="p2",
            service=None,
            link=None,
            has_end=False,
        )

    def _work(self) -> None:
        (self.place.folder / "work.py").write_text(JOB)
        self.place.run(self.programs / "python", "work.py")
        self._upload()


class DatabaseLog(UploadedReport):
    """PostgreSQL's log in the time zone of another country, with the user and the database in each line."""

    name = "postgresql-log"
    title = "PostgreSQL, log"
    report = "database.log"
    only = "orders"
    unwanted = "STATEMENT|select|listening"

    def install(self) -> str:
        """From Debian."""
        return install_debian("postgresql")

    def start(self) -> None:
        """The server, whose log is what it prints."""
        super().start()
        run_sql = start_postgresql(self.place, next(self.place.ports))
        run_sql("alter system set log_timezone = 'Asia/Tokyo'")
        run_sql("alter system set log_line_prefix = '%m [%p] %q%u@%d '")
        run_sql("select pg_reload_conf()")
        self.run_sql = run_sql

    def fail(self) -> None:
        """A table that is not there."""
        self.run_sql("\\set ON_ERROR_STOP 0\nselect 1 from orders;")
        self._take()

    def recover(self) -> None:
        """Logs never say that it is over."""

    @property
    def expected(self) -> Expected:
        """The error without what the log writes before it."""
        return Expected(
            title='^relation "orders" does not exist at character \\d+$',
            severity="p2",
            service=None,
            link=None,
            has_end=False,
        )

    def _take(self) -> None:
        (log,) = self.place.folder.glob("postgres-*.log")
        wait_for(lambda: "orders" in log.read_text(), 30, "the error to be logged")
        (self.place.folder / self.report).write_bytes(log.read_bytes())
        self._upload()
