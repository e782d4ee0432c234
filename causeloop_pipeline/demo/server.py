"""Serves the demo's tools over HTTP on loopback: `python -m causeloop_pipeline.demo.server`.

The token of a request identifies the account. Now and then a tool answers 429, as real tools do.
"""

import argparse
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from causeloop_pipeline.demo.accounts import TOOLS, make_token
from causeloop_pipeline.demo.causes import ERROR_TRACKER, read_demo_workspaces
from causeloop_pipeline.demo.chat import Chat
from causeloop_pipeline.demo.deployments import find_deployment_source, list_deployments
from causeloop_pipeline.demo.error_groups import list_counted_errors
from causeloop_pipeline.demo.exchange import BadRequestError, VendorRequest, VendorResponse
from causeloop_pipeline.demo.slack import DemoSlack
from causeloop_pipeline.demo.slack_pages import answer_slack_page
from causeloop_pipeline.demo.story import SEED, list_visible_failures
from causeloop_pipeline.demo.ticket_pages import answer_page
from causeloop_pipeline.demo.tickets import TicketBook
from causeloop_pipeline.settings import settings

RATE_LIMIT_EVERY = 20
LOOPBACK = "127.0.0.1"
TRACKERS = ("github", "jira")
MAX_BODY_BYTES = 1_000_000
TICKETS_FILE = "demo_tickets.json"


@dataclass
class DemoTools:
    """All tools of all workspaces, as they are at the time of a request."""

    epoch: date
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    seed: int = SEED
    rate_limit_every: int = RATE_LIMIT_EVERY
    request_counts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    tickets: TicketBook = field(default_factory=TicketBook)
    chat: Chat = field(default_factory=Chat)
    slack: DemoSlack = field(default_factory=DemoSlack)

    def answer(self, request: VendorRequest) -> VendorResponse:
        """The response of the tool that the path belongs to."""
        try:
            response = self._answer_people(request)
        except BadRequestError as error:
            return VendorResponse({"message": str(error)}, 400)
        response = response or self._answer_about_tickets(request)
        if response is not None:
            return response
        if request.method != "GET":
            return VendorResponse({"message": "Not Found"}, 404)
        for tool, module in TOOLS.items():
            parts = next(
                (match for path in module.PATHS if (match := re.fullmatch(path, request.path))), None
            )
            if parts is not None:
                return self._answer(
                    tool, request, {k: v for k, v in parts.groupdict().items() if v is not None}
                )
        return VendorResponse({"message": "Not Found"}, 404)

    def _answer_people(self, request: VendorRequest) -> VendorResponse | None:
        """The pages that people see, and what apps and webhooks of a chat call."""
        return (
            answer_page(self.tickets, request)
            or self.chat.answer(request)
            or answer_slack_page(self.slack, request)
            or self.slack.answer(request)
        )

    def _answer_about_tickets(self, request: VendorRequest) -> VendorResponse | None:
        for tool in TRACKERS:
            workspace = _find_workspace(tool, TOOLS[tool].read_token(request))
            if workspace is not None:
                try:
                    return self.tickets.answer(workspace, request)
                except BadRequestError as error:
                    return VendorResponse({"message": str(error)}, 400)
                except (KeyError, TypeError, ValueError):
                    return VendorResponse({"message": "this is not a ticket"}, 400)
        return None

    def _answer(self, tool: str, request: VendorRequest, parts: dict[str, str]) -> VendorResponse:
        module = TOOLS[tool]
        workspace = _find_workspace(tool, module.read_token(request))
        if workspace is None:
            return VendorResponse({"message": "Unauthorized"}, 401)
        if self._is_over_limit(tool):
            reset = str(int(time.time()) + 1)
            headers = {name: value.format(epoch=reset) for name, value in module.RATE_LIMIT_HEADERS.items()}
            return VendorResponse({"message": "Too Many Requests"}, 429, headers)
        failures = [
            failure
            for failure in list_visible_failures(workspace, self.epoch, request.now, self.seed)
            if failure.source == tool
        ]
        past = [item for item in list_deployments(workspace, self.epoch, self.seed) if item.at <= request.now]
        full_request = replace(
            request,
            failures=failures,
            deployments=past if find_deployment_source(workspace) == tool else (),
            errors=list_counted_errors(workspace, self.epoch, request.now, self.seed)
            if tool == ERROR_TRACKER
            else (),
        )
        try:
            response: VendorResponse = module.answer(full_request, parts)
        except BadRequestError as error:
            return VendorResponse({"message": str(error)}, 400)
        return response

    def _is_over_limit(self, tool: str) -> bool:
        with self.lock:
            self.request_counts[tool] += 1
            return self.rate_limit_every > 0 and self.request_counts[tool] % self.rate_limit_every == 0


def _find_workspace(tool: str, token: str | None) -> str | None:
    for workspace in read_demo_workspaces():
        if token is not None and compare_digest(token.encode(), make_token(workspace, tool).encode()):
            return workspace
    return None


def make_server(tools: DemoTools, port: int) -> ThreadingHTTPServer:
    """A server on loopback; port 0 takes any free one."""

    class Handler(BaseHTTPRequestHandler):
        """Reads a request and writes the response."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer a request that reads."""
            self._answer(b"")

        def do_POST(self) -> None:
            """Answer a request that opens a ticket."""
            length = int(self.headers.get("Content-Length") or 0)
            self._answer(self.rfile.read(min(length, MAX_BODY_BYTES)))

        def do_PATCH(self) -> None:
            """Answer a request that changes a ticket."""
            self.do_POST()

        def _answer(self, body: bytes) -> None:
            address = urlsplit(self.path)
            request = VendorRequest(
                path=address.path,
                query=dict(parse_qsl(address.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                origin=f"http://{self.headers.get('Host', LOOPBACK)}",
                now=tools.clock(),
                method=self.command,
                body=body,
            )
            self._send(
                VendorResponse({"status": "ok"}) if request.path == "/health" else tools.answer(request)
            )

        def _send(self, response: VendorResponse) -> None:
            body = response.encode()
            self.send_response(response.status)
            for name, value in {**response.headers, "content-type": response.content_type}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Log nothing: the addresses would fill the log with cursors and filters."""

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    return server


def load_epoch(state_dir: Path, today: date) -> date:
    """The first day of this installation's demo, stored so that its past never changes."""
    path = state_dir / "demo.json"
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name("demo.json.new")
        draft.write_text(json.dumps({"epoch": today.isoformat()}))
        draft.replace(path)
    return date.fromisoformat(json.loads(path.read_text())["epoch"])


def main() -> None:
    """Serve until stopped."""
    config = settings()
    parser = argparse.ArgumentParser(description="The demo's tools, over HTTP on loopback.")
    parser.add_argument("--port", type=int, default=config.demo_port)
    port = parser.parse_args().port
    epoch = load_epoch(config.state_dir, datetime.now(UTC).date())
    tickets, slack = TicketBook.load(config.state_dir / TICKETS_FILE), DemoSlack.load(config.state_dir)
    tools = DemoTools(epoch, tickets=tickets, slack=slack)
    with make_server(tools, port) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
