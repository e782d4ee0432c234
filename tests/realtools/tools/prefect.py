"""Prefect's own server: a flow whose task raises until a file is there, polled or pushed."""

from typing import Any

from tests.realtools.packages import install_python, read_version
from tests.realtools.place import call
from tests.realtools.real_tool import Expected, RealTool

FLOW = """
import os
from prefect import flow, task

@task
def fetch():
    if not os.path.exists("{folder}/ok"):
        raise ValueError("report has no rows")

@flow(name="build-report")
def build_report():
    fetch()

build_report()
"""
REQUIREMENT = "prefect==3.9.1"
FAILURES = ("prefect.flow-run.Failed", "prefect.flow-run.TimedOut", "prefect.flow-run.Crashed")


class PrefectPolled(RealTool):
    """Flow runs by the API."""

    name = "prefect"
    title = "Prefect"
    type = "prefect"
    is_polled = True
    words = ("build-report", "build-letter")

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(REQUIREMENT)
        return read_version(REQUIREMENT)

    def start(self) -> None:
        """The server and the flow."""
        self.port = next(self.place.ports)
        folder = self.place.folder
        (folder / "flow.py").write_text(FLOW.format(folder=folder))
        self.environment = {
            "PREFECT_HOME": str(folder / "home"),
            "PREFECT_API_URL": self.address,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin",
        }
        server = ("server", "start", "--host", "127.0.0.1", "--port", str(self.port))
        self.place.start(self.programs / "prefect", *server, environment=self.environment)
        self.place.await_answer(f"{self.address}/health")

    @property
    def address(self) -> str:
        """The API's."""
        return f"http://127.0.0.1:{self.port}/api"

    def fail(self) -> None:
        """A run that fails."""
        self.place.let_fail()
        self._run_flow(1)

    def recover(self) -> None:
        """A later run that succeeds."""
        self.place.let_succeed()
        self._run_flow(0)

    @property
    def expected(self) -> Expected:
        """The flow and what its run raised."""
        return Expected(
            title="build-report.*report has no rows",
            severity="p3",
            service="^build-report$",
            link=r"/runs/flow-run/[0-9a-f-]{36}",
        )

    def _run_flow(self, code: int) -> None:
        self.place.run(self.programs / "python", "flow.py", environment=self.environment, codes=(code,))


class PrefectPushed(PrefectPolled):
    """Flow runs by automations."""

    name = "prefect-pushed"
    is_polled = False
    payload = '{"flow_run": {{ flow_run|tojson }}, "flow": {{ flow|tojson }} }'

    def push_to(self, url: str, secret: str) -> None:
        """A webhook block, and automations for failed and completed runs."""
        kind = call("GET", f"{self.address}/block_types/slug/webhook")["id"]
        of_kind = {"block_schemas": {"block_type_id": {"any_": [kind]}}}
        schema = call("POST", f"{self.address}/block_schemas/filter", json=of_kind)[0]["id"]
        block = {
            "name": "causeloop",
            "data": {
                "method": "POST",
                "url": url,
                "headers": {"X-Causeloop-Token": secret},
                "allow_private_urls": True,
            },
            "block_type_id": kind,
            "block_schema_id": schema,
        }
        document = call("POST", f"{self.address}/block_documents/", json=block)["id"]
        for name, events in (("failed", FAILURES), ("completed", ("prefect.flow-run.Completed",))):
            call("POST", f"{self.address}/automations/", json=self._automate(name, events, document))

    def _automate(self, name: str, events: tuple[str, ...], document: str) -> dict[str, Any]:
        trigger = {
            "type": "event",
            "match": {"prefect.resource.id": "prefect.flow-run.*"},
            "match_related": {},
            "expect": list(events),
            "for_each": ["prefect.resource.id"],
            "posture": "Reactive",
            "threshold": 1,
            "within": 0,
        }
        action = {"type": "call-webhook", "block_document_id": document, "payload": self.payload}
        return {"name": name, "enabled": True, "trigger": trigger, "actions": [action]}
