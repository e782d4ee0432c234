"""Apprise from PyPI, by which scripts and many tools notify: its own JSON, posted with a password."""

from urllib.parse import urlsplit

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.packages import install_python, read_version
from tests.realtools.real_tool import Expected, RealTool

REQUIREMENT = "apprise==2.2.0"


def write_target(url: str, secret: str) -> str:
    """The address of a webhook as Apprise has it."""
    parts = urlsplit(url)
    return f"json://causeloop:{secret}@{parts.netloc}{parts.path}"


class Apprise(RealTool):
    """A backup that notifies of what became of it."""

    name = "apprise"
    title = "Apprise"
    type = "custom_api"
    words = ("", "")
    unwanted = "Disk report"

    def install(self) -> str:
        """From PyPI."""
        self.program = install_python(REQUIREMENT) / "apprise"
        return read_version(REQUIREMENT)

    def start(self) -> None:
        """There is no server."""

    def push_to(self, url: str, secret: str) -> None:
        """The address in Apprise's own form, with user and password."""
        self.target = write_target(url, secret)

    def fail(self) -> None:
        """A notification of the type failure."""
        self._notify("failure", "rsync: connection to 10.0.0.7 timed out")

    def recover(self) -> None:
        """The same backup's success, and what is neither."""
        self._notify("success", "2 GB in 40 s")
        self.place.run(self.program, "-t", "Disk report", "-b", "71 % in use", "-n", "info", self.target)

    def push_to_second(self, workspace: Workspace, second: Connected | None) -> bool:
        """The same of another machine."""
        if second is not None:
            self.target = write_target(second.webhook_url or "", second.secret or "")
            self._notify("failure", "rsync: connection to 10.0.0.8 timed out")
        return True

    @property
    def expected(self) -> Expected:
        """Its title; the type says how bad it is."""
        return Expected(title="^Backup of orders-db$", severity="p2", service=None, link=None)

    def _notify(self, kind: str, body: str) -> None:
        self.place.run(self.program, "-t", "Backup of orders-db", "-b", body, "-n", kind, self.target)
