"""Dagster, open source: a job whose op raises until a file is there."""

from typing import Any

from tests.realtools.packages import install_python, read_version
from tests.realtools.real_tool import Expected, RealTool

CODE = """
import os
import dagster as dg

def read():
    if not os.path.exists("{folder}/ok"):
        raise ConnectionError("orders-db: connection timed out after 30s")

@dg.op
def publish():
    read()

@dg.job(tags={{"team": "data-eng", "environment": "production"}})
def publish_report():
    publish()

@dg.asset
def raw_orders():
    read()

defs = dg.Definitions(jobs=[publish_report], assets=[raw_orders])
"""
REQUIREMENTS = ("dagster==1.13.28", "dagster-webserver==1.13.28")


class DagsterJob(RealTool):
    """Runs of a job."""

    name = "dagster"
    title = "Dagster, job"
    type = "dagster_plus"
    is_polled = True
    words = ("publish_report", "publish_letter")
    command: tuple[str, ...] = ("job", "execute", "-j", "publish_report")

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """The code and the webserver."""
        self.port = next(self.place.ports)
        folder = self.place.folder
        (folder / "home").mkdir()
        (folder / "home" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        (folder / "lab.py").write_text(CODE.format(folder=folder))
        self.environment = {
            "DAGSTER_HOME": str(folder / "home"),
            "PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin",
        }
        server = ("-h", "127.0.0.1", "-p", str(self.port), "-f", "lab.py")
        self.place.start(self.programs / "dagster-webserver", *server, environment=self.environment)
        self.place.await_answer(f"{self.address}/server_info")

    @property
    def address(self) -> str:
        """The webserver's."""
        return f"http://127.0.0.1:{self.port}"

    def read_credentials(self) -> dict[str, str]:
        """None: open-source Dagster has no login."""
        return {}

    def fail(self) -> None:
        """A run that fails."""
        self.place.let_fail()
        self._execute(1)

    def recover(self) -> None:
        """A later run that succeeds."""
        self.place.let_succeed()
        self._execute(0)

    @property
    def expected(self) -> Expected:
        """The step and what it raised."""
        return Expected(
            title=r"publish.*orders-db: connection timed out",
            severity="p3",
            service="^publish_report$",
            link=rf"^{self.address}/runs/",
        )

    def _execute(self, code: int) -> Any:
        program = self.programs / "dagster"
        self.place.run(program, *self.command, "-f", "lab.py", environment=self.environment, codes=(code,))


class DagsterAsset(DagsterJob):
    """Materializations of an asset."""

    name = "dagster-asset"
    title = "Dagster, asset"
    words = ("raw_orders", "raw_letter")
    command = ("asset", "materialize", "--select", "raw_orders")

    @property
    def expected(self) -> Expected:
        """The asset and what it raised."""
        return Expected(
            title=r"raw_orders.*orders-db: connection timed out",
            severity="p3",
            service="^raw_orders$",
            link=rf"^{self.address}/runs/",
        )
