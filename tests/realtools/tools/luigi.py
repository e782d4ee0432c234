"""Luigi from PyPI, which has no type of its own: the list of failed tasks of its scheduler by the form."""

from typing import Any
from urllib.parse import quote

from tests.realtools.packages import install_python, read_version
from tests.realtools.place import Place
from tests.realtools.real_tool import Expected, RealTool

REQUIREMENT = "luigi==3.8.1"
TASK = """
import os, time
import luigi

class PublishReport(luigi.Task):
    day = luigi.DateParameter()
    def run(self):
        if not os.path.exists("{folder}/ok"):
            raise ConnectionError("orders-db: connection timed out after 30s")
        with self.output().open("w") as report:
            report.write("done")
    def output(self):
        return luigi.LocalTarget("{folder}/" + str(self.day) + ".txt")
"""
FAILED_TASKS = quote('{"status":"FAILED","upstream_status":""}')


class Luigi(RealTool):
    """Failed tasks, each of a day of its own."""

    name = "luigi"
    title = "Luigi, Custom API"
    type = "custom_api"
    is_polled = True
    words = ("PublishReport", "PublishLetter")

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.runs = 0

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(REQUIREMENT)
        return read_version(REQUIREMENT)

    def start(self) -> None:
        """The tasks and the scheduler."""
        self.port = next(self.place.ports)
        folder = self.place.folder
        (folder / "lab.py").write_text(TASK.format(folder=folder))
        state = ("--state-path", folder / "state", "--logdir", folder)
        self.place.start(self.programs / "luigid", "--address", "127.0.0.1", "--port", str(self.port), *state)
        self.place.await_answer(f"{self.address}/api/task_list?data={FAILED_TASKS}")

    @property
    def address(self) -> str:
        """The scheduler's."""
        return f"http://127.0.0.1:{self.port}"

    def configure(self, address: str) -> dict[str, Any]:
        """What the form asks for: the list is an object, whose keys are the ids."""
        return {
            "base_url": address,
            "path": f"/api/task_list?data={FAILED_TASKS}",
            "records": "response",
            "key": "_key",
            "updated_at": "last_updated",
            "fields": {
                "title": "{name} {status}",
                "status": "status",
                "service": "name",
                "source_created_at": "last_updated",
                "external_url": f"{self.address}/static/visualiser/index.html#search__search={{name}}",
            },
        }

    def fail(self) -> None:
        """A task that raises."""
        self.place.let_fail()
        self._run()

    def recover(self) -> None:
        """A later one that does not; a failed task stays failed."""
        self.place.let_succeed()
        self._run()

    @property
    def expected(self) -> Expected:
        """The task; its parameters are another day's each time."""
        return Expected(
            title="^PublishReport FAILED$",
            severity="p3",
            service="^PublishReport$",
            link="visualiser",
            has_end=False,
        )

    def _run(self) -> None:
        self.runs += 1
        command = ("--module", "lab", "PublishReport", "--day", f"2026-11-{self.runs:02}")
        scheduler = ("--scheduler-host", "127.0.0.1", "--scheduler-port", str(self.port))
        environment = {"PYTHONPATH": str(self.place.folder)}
        codes = tuple(range(64))
        self.place.run(self.programs / "luigi", *command, *scheduler, environment=environment, codes=codes)
