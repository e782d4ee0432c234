"""A whole installation in its own folder, started by `causeloop up`."""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from causeloop_pipeline.storage.embedded.postgres_server import find_free_port

MAX_START_SECONDS = 420


@dataclass
class RunningInstallation:
    """`causeloop up` as a child process, what it has printed, and how to reach it."""

    state_dir: Path
    ports: dict[str, int] = field(
        default_factory=lambda: {name: find_free_port() for name in ("API", "DAGSTER", "DEMO")}
    )
    environment: dict[str, str] = field(default_factory=dict)
    printed: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    @property
    def variables(self) -> dict[str, str]:
        """The environment of its commands, with only this folder and these ports."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CAUSELOOP_")}
        ports = {f"CAUSELOOP_{name}_PORT": str(port) for name, port in self.ports.items()}
        own = {"CAUSELOOP_STATE_DIR": str(self.state_dir), "COLUMNS": "140"}
        return {**inherited, **ports, **self.environment, **own}

    def command(self, *arguments: str) -> None:
        """Run a `causeloop` command on it until it exits."""
        command = [sys.executable, "-m", "causeloop_pipeline.cli", *arguments]
        subprocess.run(command, env=self.variables, check=True, capture_output=True)

    def start(self, *options: str) -> None:
        """Start the command."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "causeloop_pipeline.cli", "up", *options],
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def await_line(self, beginning: str) -> str:
        """Read the command's output up to a line with this prefix."""
        assert self.process is not None
        assert self.process.stdout is not None
        deadline = time.monotonic() + MAX_START_SECONDS
        for line in self.process.stdout:
            self.printed.append(line.rstrip())
            if line.startswith(beginning):
                return line
            assert time.monotonic() < deadline, self.read_output()
        raise AssertionError(f"ended before it printed {beginning!r}:\n{self.read_output()}")

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and wait; returns the exit code."""
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.send_signal(number)
        self.printed += self.process.stdout.read().splitlines()
        return self.process.wait(timeout=120)

    def read_output(self) -> str:
        """Everything that the command has printed."""
        return "\n".join(self.printed)

    @property
    def keys(self) -> dict[str, str]:
        """Workspace slug → the service key of the demo."""
        return dict(json.loads((self.state_dir / "demo_keys.json").read_text()))

    @property
    def urls(self) -> dict[str, str]:
        """The URLs of each database role."""
        return dict(json.loads((self.state_dir / "settings.json").read_text()))

    def client(self, workspace: str) -> httpx2.Client:
        """The API as one workspace's service account."""
        headers = {"Authorization": f"Bearer {self.keys[workspace]}"}
        return httpx2.Client(base_url=f"http://127.0.0.1:{self.ports['API']}", headers=headers, timeout=30)


def post_signed_event(client: httpx2.Client, connector_id: str, secret: str, event: dict[str, Any]) -> None:
    """Deliver one event to a custom_api connector's webhook, signed with its secret."""
    body = json.dumps(event).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    answer = client.post(
        f"/v1/webhooks/inbound/{connector_id}", content=body, headers={"x-causeloop-signature": signature}
    )
    assert answer.status_code == 202, answer.text


def copy_event(issue: dict[str, Any], external_id: str) -> dict[str, Any]:
    """A new event with the fields of an existing issue."""
    now = datetime.now(UTC).isoformat()
    fields = {name: issue[name] for name in ("title", "body", "severity", "service", "environment", "team")}
    return {**fields, "external_id": external_id, "source_created_at": now, "source_updated_at": now}


def find_grouped_issue(client: httpx2.Client) -> dict[str, Any]:
    """An issue of the custom API that is in a pattern, with all its fields."""
    issues = client.get("/v1/issues?source=custom_api&limit=100").json()["data"]
    grouped = next(issue for issue in issues if issue["pattern_id"])
    return dict(client.get(f"/v1/issues/{grouped['id']}").json())


def wait_until_grouped(client: httpx2.Client, external_id: str, seconds: float) -> Iterator[dict[str, Any]]:
    """Poll for an issue of the custom API until it has a pattern; yields it once."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        issues = client.get(f"/v1/issues?source=custom_api&external_id={external_id}").json()["data"]
        if issues and issues[0]["pattern_id"]:
            yield issues[0]
            return
        time.sleep(0.1)


def wait_until_evaluated(client: httpx2.Client, rule_id: str, seconds: float) -> Iterator[dict[str, Any]]:
    """Poll an alert rule until it has been evaluated; yields it once."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        rule = client.get(f"/v1/alert-rules/{rule_id}").json()
        if rule["evaluated_at"]:
            yield rule
            return
        time.sleep(0.1)


def wait_until(condition: Callable[[], object], seconds: float) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not hold within {seconds} s"
        time.sleep(0.1)
