"""Buildbot: a builder whose step fails until a file is there."""

from typing import Any

from tests.realtools.packages import install_python, read_version
from tests.realtools.place import call, wait_for
from tests.realtools.real_tool import Expected, RealTool

REQUIREMENTS = ("buildbot==4.3.0", "buildbot-www==4.3.0", "buildbot-worker==4.3.0")
MASTER = """
from buildbot.plugins import *
c = BuildmasterConfig = {{}}
c['workers'] = [worker.LocalWorker('w1')]
c['protocols'] = {{'null': {{}}}}
c['schedulers'] = [schedulers.ForceScheduler(name="force", builderNames=["package"])]
f = util.BuildFactory()
f.addStep(steps.ShellCommand(name="tar", command=["sh", "-c", "test -e {folder}/ok || exit 28"]))
c['builders'] = [util.BuilderConfig(name="package", workernames=["w1"], factory=f)]
c['title'] = "Lab"
c['titleURL'] = c['buildbotURL'] = "{address}/"
c['www'] = dict(port="tcp:{port}:interface=127.0.0.1", plugins={{}})
c['db'] = {{'db_url': "sqlite:///state.sqlite"}}
c['buildbotNetUsageData'] = None
"""


class Buildbot(RealTool):
    """Failed builds."""

    name = "buildbot"
    title = "Buildbot"
    type = "buildbot"
    is_polled = True
    words = ("package", "booklet")

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """The master with a worker in its own process."""
        self.port = next(self.place.ports)
        folder = self.place.folder
        self.place.run(self.programs / "buildbot", "create-master", "m")
        master = MASTER.format(folder=folder, address=self.address, port=self.port)
        (folder / "m" / "master.cfg").write_text(master)
        self.place.start(self.programs / "buildbot", "start", "--nodaemon", "m")
        self.place.await_answer(f"{self.address}/api/v2/builders")

    @property
    def address(self) -> str:
        """The master's."""
        return f"http://127.0.0.1:{self.port}"

    def fail(self) -> None:
        """A build that fails."""
        self.place.let_fail()
        self._build()

    def recover(self) -> None:
        """A later build that succeeds."""
        self.place.let_succeed()
        self._build()

    @property
    def expected(self) -> Expected:
        """The builder and the step."""
        return Expected(
            title="^package: failed",
            severity="p2",
            service="^package$",
            link=rf"^{self.address}/#/builders/1/builds/\d+$",
        )

    def _build(self) -> None:
        before = self._count()
        params = {"builderid": "1", "reason": "lab", "owner": "lab"}
        body: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "force", "params": params}
        call("POST", f"{self.address}/api/v2/forceschedulers/force", json=body)
        wait_for(lambda: self._count() > before, 60, "the build")

    def _count(self) -> int:
        url, accept = f"{self.address}/api/v2/builds?complete=true", {"accept": "application/json"}
        return int(call("GET", url, headers=accept)["meta"]["total"])
