"""Buildbot: a builder whose step fails until a file is there, read by a connector of one's own."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tests.realtools.causeloop import Connected, Workspace
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
DECLARATION = """
name: buildbot_lab
title: Buildbot
base_url: "{base_url}"
pulls:
  - name: builds
    path: /api/v2/builds
    params: [[complete, "true"], [results, 2], [property, "*"], [order, complete_at]]
    records: builds
    pages: {offset_pages: {size: 100, size_param: limit, offset_param: offset}}
    schema: {key: buildid, updated_at: complete_at, times: epoch_seconds}
    since: {field: complete_at, param: complete_at__ge, format: epoch_seconds, overlap: 5 minutes}
issues:
  - name: build
    title: {text: "{properties.buildername.0}: {state_string}"}
    severity: {literal: error}
    service: properties.buildername.0
    error_type: {literal: build_failed}
    external_url: {text: "{config.base_url}/#/builders/{builderid}/builds/{number}"}
    source_created_at: {instant: {of: started_at, format: epoch_seconds}}
"""


class Buildbot(RealTool):
    """Failed builds."""

    name = "buildbot"
    title = "Buildbot"
    type = "custom_api"
    is_polled = True
    words = ("package", "booklet")
    expected_failures: ClassVar[Mapping[str, str]] = {
        "ends": "a declaration cannot say yet that the next success of the same builder ends it"
    }

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

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """A declaration, and a connector by it."""
        if not name.endswith("2"):
            workspace.declare(DECLARATION)
        config = {"base_url": address}
        return workspace.connect(self.type, config, name=name, declaration="buildbot_lab")

    def fail(self) -> None:
        """A build that fails."""
        if (ok := self.place.folder / "ok").exists():
            ok.unlink()
        self._build()

    def recover(self) -> None:
        """A later build that succeeds."""
        (self.place.folder / "ok").touch()
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
        return int(call("GET", f"{self.address}/api/v2/builds?complete=true")["meta"]["total"])
