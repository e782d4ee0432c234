"""Reports that programs write and people upload: pytest's JUnit XML, and Bandit's SARIF."""

from pathlib import Path
from typing import ClassVar

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.packages import install_python, read_version
from tests.realtools.place import ToolError
from tests.realtools.real_tool import Expected, RealTool

PYTEST = "pytest==9.0.2"
RUFF = "ruff==0.14.7"
BANDIT = "bandit[sarif]==1.9.4"
TEST = """
import os

def test_charge():
    assert os.path.exists("ok"), "the charge of order 1007 was refused"

def test_refund():
    assert os.path.exists(".")
"""
UNSAFE = "import subprocess\n\ndef run(command):\n    subprocess.call(command, shell=True)\n"
SAFE = "def run(command):\n    return command\n"


class UploadedReport(RealTool):
    """A report after each run, each an upload of one connector."""

    type = "file_upload"
    words = ("", "")
    requirement: ClassVar[str]
    report: ClassVar[str]

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(self.requirement)
        return read_version(self.requirement)

    def start(self) -> None:
        """There is no server."""
        self.connectors: list[Connected] = []

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """A connector of uploads."""
        self.workspace = workspace
        self.connectors.append(workspace.connect(self.type, name=name))
        return self.connectors[-1]

    def push_to_second(self, workspace: Workspace, second: Connected | None) -> bool:
        """The last report of the first one, of another project."""
        self._upload(1)
        return True

    def _upload(self, number: int = 0) -> None:
        report = (self.place.folder / self.report).read_bytes()
        counts = self.workspace.upload(self.connectors[number], self.report, report)
        if counts["unreadable"]:
            raise ToolError(f"{self.report}: {counts}")


class Pytest(UploadedReport):
    """A test that fails, is right, and fails again; another one always passes."""

    name = "pytest"
    title = "pytest, JUnit XML"
    requirement = PYTEST
    report = "junit.xml"
    unwanted = "refund"

    def fail(self) -> None:
        """The test's file is not there."""
        self.place.let_fail()
        self._run(1)

    def recover(self) -> None:
        """It is."""
        self.place.let_succeed()
        self._run(0)

    @property
    def expected(self) -> Expected:
        """Test and assertion."""
        return Expected(
            title="^test_charge: AssertionError: the charge of order 1007 was refused$",
            severity="p[23]",
            service="^test_charge$",
            link=None,
        )

    def _run(self, code: int) -> None:
        (self.place.folder / "test_charge.py").write_text(TEST)
        self.place.run(
            self.programs / "pytest", "--quiet", f"--junitxml={self.report}", "test_charge.py", codes=(code,)
        )
        self._upload()


class Bandit(UploadedReport):
    """A call that is unsafe, then safe, and unsafe again."""

    name = "bandit"
    title = "Bandit, SARIF"
    requirement = BANDIT
    report = "bandit.sarif"
    only = "shell=True"

    def fail(self) -> None:
        """The unsafe call is in the code."""
        self._scan(UNSAFE)

    def recover(self) -> None:
        """The call is safe: the report has nothing."""
        self._scan(SAFE)

    @property
    def expected(self) -> Expected:
        """What the rule says, and the rule's page."""
        return Expected(
            title="^subprocess call with shell=True",
            severity="p2",
            service=None,
            link="^https://bandit.readthedocs.io/",
        )

    def _scan(self, code: str) -> None:
        source = Path("run.py")
        (self.place.folder / source).write_text(code)
        options = ("--quiet", "--exit-zero", "--format", "sarif", "--output", self.report)
        self.place.run(self.programs / "bandit", *options, source)
        self._upload()


class Ruff(Bandit):
    """The same call by a tool whose report has no time: it is of when it is uploaded."""

    name = "ruff"
    title = "Ruff, SARIF"
    requirement = RUFF
    report = "ruff.sarif"

    @property
    def expected(self) -> Expected:
        """What the rule says, and the rule's page."""
        return Expected(title="shell=True", severity="p2", service=None, link="^https://docs.astral.sh/ruff/")

    def _scan(self, code: str) -> None:
        source = Path("run.py")
        (self.place.folder / source).write_text(code)
        options = ("--isolated", "--exit-zero", "--select", "S602", "--output-format", "sarif")
        self.place.run(self.programs / "ruff", "check", *options, "--output-file", self.report, source)
        self._upload()
