"""Causeloop as a new user has it: `causeloop up --no-demo`, the first link, a workspace, a connector."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from bench.installation import RunningInstallation
from causeloop_pipeline.storage.embedded.postgres_server import remove_server

EMAIL, PASSWORD = "ada@acme.example", "a violin under the old bridge"
POLL_SECONDS = 60  # the shortest that a connector may have


@dataclass(frozen=True)
class Connected:
    """A connector, and where its tool pushes."""

    id: str
    webhook_url: str | None
    secret: str | None


@dataclass
class Workspace:
    """The API as an admin's program of one workspace."""

    api: httpx2.Client

    def connect(
        self,
        of_type: str,
        config: dict[str, Any] | None = None,
        credentials: dict[str, str] | None = None,
        *,
        name: str,
        declaration: str | None = None,
        is_push_only: bool = False,
    ) -> Connected:
        """A connector of a type with only what its form in the catalog asks for."""
        body: dict[str, Any] = {
            "type": of_type,
            "display_name": name,
            "config": config or {},
            "credentials": credentials or {},
            "poll_interval_seconds": POLL_SECONDS,
            "push_only": is_push_only,
        }
        made = self._send(
            "POST", "/v1/connectors", json=body | ({"declaration": declaration} if declaration else {})
        )
        return Connected(made["id"], made["webhook_url"], made["webhook_secret"])

    def make_key(self, name: str) -> str:
        """The key of a program that may send events."""
        made = self._send("POST", "/v1/service-accounts", json={"name": name, "role": "analyst"})
        return str(made["key"])

    def declare(self, document: str) -> None:
        """Store a declaration of a connector of one's own."""
        self._send("POST", "/v1/connector-declarations", json={"written": document})

    def upload(self, connector: Connected, name: str, content: bytes) -> dict[str, Any]:
        """Import a file into a connector of uploads; what the import brought."""
        draft = self._send("POST", "/v1/uploads", params={"name": name}, content=content)
        if problem := (draft["understanding"] or {}).get("problem"):
            raise ConnectionRefusedError(f"{name}: {problem}")
        body = {"connector_id": connector.id}
        imported = self._send("POST", f"/v1/uploads/{draft['id']}/import", json=body)
        return dict(imported["counts"])

    def sync(self, connector: Connected) -> None:
        """Ask for a poll now; a connector in error is resumed, as its owner would."""
        answer = self.api.post(f"/v1/connectors/{connector.id}/sync")
        if answer.status_code == 409:
            self._send("POST", f"/v1/connectors/{connector.id}/resume")

    def read_status(self, connector: Connected) -> str:
        """The status of a connector, with its reason."""
        stored = self._send("GET", f"/v1/connectors/{connector.id}")
        runs = self._send("GET", f"/v1/connectors/{connector.id}/sync-runs")["data"]
        reasons = [stored["status_reason"], *(run["error"] for run in runs)]
        return f"{stored['status']}: {next((reason for reason in reasons if reason), 'no reason')}"

    def list_issues(self, connector: Connected | None = None) -> list[dict[str, Any]]:
        """All issues of a connector, or of what came without one."""
        of = {"connector_id": connector.id} if connector else {}
        issues = self._send("GET", "/v1/issues", params={**of, "limit": "100", "sort": "source_created_at"})[
            "data"
        ]
        return [issue for issue in issues if connector or issue["connector_id"] is None]

    def list_occurrences(self, issue: dict[str, Any]) -> list[dict[str, Any]]:
        """Each occurrence of an issue: start and end."""
        answer = self.api.get(f"/v1/issues/{issue['id']}/occurrences")
        if answer.status_code == 404:
            return [{"started_at": issue["source_created_at"], "ended_at": issue["resolved_at"]}]
        return list(answer.raise_for_status().json()["data"])

    def list_quarantine(self, connector: Connected) -> list[str]:
        """Why records of a connector were set aside."""
        entries = self._send("GET", f"/v1/connectors/{connector.id}/quarantine")["data"]
        return sorted({entry["reason"] for entry in entries})

    def _send(self, method: str, path: str, **more: Any) -> Any:
        answer = self.api.request(method, path, **more)
        if answer.status_code >= 400:
            raise ConnectionRefusedError(f"{method} {path}: {answer.status_code} {answer.text[:400]}")
        return answer.json() if answer.content else None


@dataclass
class Causeloop:
    """A running installation, and the first workspace of its owner."""

    url: str
    first_workspace: str

    def make_workspace(self, slug: str) -> Workspace:
        """Another workspace, and a program's key for it."""
        owner = sign_in(self.url, self.first_workspace)
        made = owner.post("/v1/workspaces", json={"slug": slug, "name": slug}).raise_for_status().json()
        session = sign_in(self.url, made["id"])
        answer = session.post("/v1/service-accounts", json={"name": "realtools", "role": "admin"})
        key = answer.raise_for_status().json()["key"]
        return Workspace(
            httpx2.Client(base_url=self.url, headers={"authorization": f"Bearer {key}"}, timeout=60)
        )


def sign_in(url: str, workspace_id: str) -> httpx2.Client:
    """A session of the owner in a workspace."""
    body = {"email": EMAIL, "password": PASSWORD, "workspace_id": workspace_id}
    token = (
        httpx2.post(f"{url}/v1/auth/login", json=body, timeout=60).raise_for_status().json()["access_token"]
    )
    return httpx2.Client(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=60)


def open_link(url: str, first_link: str) -> Causeloop:
    """Open the link of the first start, create an organization, accept and sign in."""
    body = {"organization": "Acme", "email": EMAIL, "name": "Ada", "token": read_token(first_link)}
    made = httpx2.post(f"{url}/v1/organizations", json=body, timeout=60).raise_for_status().json()
    accept = {"token": read_token(made["invitation_link"]), "consent": True, "password": PASSWORD}
    httpx2.post(f"{url}/v1/auth/accept", json=accept, timeout=60).raise_for_status()
    return Causeloop(url, made["workspace_id"])


def read_token(link: str) -> str:
    """The token in a link of the dashboard, which stands behind its `#`."""
    parts = urlsplit(link)
    values = parse_qs(parts.fragment.rpartition("?")[2] or parts.query) | parse_qs(parts.query)
    return values["token"][0] if "token" in values else link.rpartition("/")[2].rpartition("=")[2]


@contextmanager
def start_causeloop(folder: Path, reachable: list[int]) -> Iterator[Causeloop]:
    """An installation that may reach some ports of this machine, ended at the end."""
    running = RunningInstallation(folder)
    url = f"http://127.0.0.1:{running.ports['API']}"
    running.environment = {
        "CAUSELOOP_PUBLIC_URL": url,
        "CAUSELOOP_EGRESS_ALLOW": ",".join(f"127.0.0.1:{port}" for port in reachable),
        "CAUSELOOP_OWNERS_SET_PLAN": "true",
    }
    running.start("--no-demo")
    try:
        line = running.await_line("first start")
        yield open_link(url, line.split()[2])
    finally:
        with suppress(Exception):
            running.end()
        remove_server(folder / "postgres")
