"""The CloudEvents SDK: a job's events, as a program sends them."""

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.packages import install_python, read_version
from tests.realtools.real_tool import Expected, RealTool

REQUIREMENTS = ("cloudevents==2.2.0", "requests==2.32.5")
PROGRAM = """
import sys
import requests
from cloudevents.v1.http import CloudEvent, to_structured

url, key, source, event_id, kind, level, status = sys.argv[1:]
attributes = {"type": f"com.acme.job.{kind}", "source": source, "subject": "nightly-billing", "id": event_id}
data = {"title": f"nightly-billing {kind}: disk full", "level": level, "service": "billing", "status": status}
headers, body = to_structured(CloudEvent(attributes, data))
headers["authorization"] = f"Bearer {key}"
requests.post(url, data=body, headers=headers, timeout=30).raise_for_status()
"""


class CloudEvents(RealTool):
    """A failed job; its end comes with the id of the failure; another job's success is none."""

    name = "cloudevents"
    title = "CloudEvents SDK (Python)"
    type = ""
    words = ("", "")
    unwanted = "succeeded"

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """The program."""
        (self.place.folder / "send.py").write_text(PROGRAM)
        self.number = 0

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """A program's key."""
        self.url = f"{str(workspace.api.base_url).rstrip('/')}/v1/ingest/cloudevents"
        self.key = workspace.make_key(name)
        return None

    def fail(self) -> None:
        """An event of the failure, and one of a job that went well."""
        self.number += 1
        self._send("/jobs/other", f"S-{self.number}", "succeeded", "info", "ok")
        self._send("/jobs/nightly", f"A-{self.number}", "failed", "high", "open")

    def recover(self) -> None:
        """The same event, resolved."""
        self._send("/jobs/nightly", f"A-{self.number}", "failed", "high", "resolved")

    def push_to_second(self, workspace: Workspace, second: Connected | None) -> bool:
        """The same ids of another source."""
        self._send("/jobs/weekly", "A-1", "failed", "high", "open")
        return True

    @property
    def expected(self) -> Expected:
        """Title, level and service of the data."""
        return Expected(
            title="^nightly-billing failed: disk full$", severity="p2", service="^billing$", link=None
        )

    def _send(self, source: str, event_id: str, kind: str, level: str, status: str) -> None:
        program = self.place.folder / "send.py"
        self.place.run(
            self.programs / "python", program, self.url, self.key, source, event_id, kind, level, status
        )
