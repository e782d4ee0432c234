"""Serves the demo's tools over HTTP on loopback: `python -m causeloop_pipeline.demo.server`.

The token of a request says whose account it is; now and then a tool asks to slow down, as real ones do.
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

from causeloop_pipeline.demo.accounts import TOOLS, token_of
from causeloop_pipeline.demo.causes import settings_of_the_demo
from causeloop_pipeline.demo.deployments import deployments, teller
from causeloop_pipeline.demo.exchange import Answered, Asked, BadQuestionError
from causeloop_pipeline.demo.story import SEED, visible
from causeloop_pipeline.settings import settings

SLOW_DOWN_EVERY = 20
LOOPBACK = "127.0.0.1"


@dataclass
class DemoTools:
    """All tools of all workspaces, as they stand when they are asked."""

    epoch: date
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    seed: int = SEED
    slow_down_every: int = SLOW_DOWN_EVERY
    asked: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: Asked) -> Answered:
        """What the tool that this path belongs to says to the one who asks."""
        for tool, module in TOOLS.items():
            parts = next((found for path in module.PATHS if (found := re.fullmatch(path, asked.path))), None)
            if parts is not None:
                return self._answer(
                    tool, asked, {k: v for k, v in parts.groupdict().items() if v is not None}
                )
        return Answered({"message": "Not Found"}, 404)

    def _answer(self, tool: str, asked: Asked, parts: dict[str, str]) -> Answered:
        module = TOOLS[tool]
        workspace = _owner(tool, module.token(asked))
        if workspace is None:
            return Answered({"message": "Unauthorized"}, 401)
        if self._too_fast(tool):
            reset = str(int(time.time()) + 1)
            headers = {name: value.format(epoch=reset) for name, value in module.WAIT.items()}
            return Answered({"message": "Too Many Requests"}, 429, headers)
        told = [
            failure
            for failure in visible(workspace, self.epoch, asked.now, self.seed)
            if failure.source == tool
        ]
        past = [one for one in deployments(workspace, self.epoch, self.seed) if one.at <= asked.now]
        known = replace(asked, told=told, deployed=past if teller(workspace) == tool else ())
        try:
            answered: Answered = module.answer(known, parts)
        except BadQuestionError as error:
            return Answered({"message": str(error)}, 400)
        return answered

    def _too_fast(self, tool: str) -> bool:
        with self.lock:
            self.asked[tool] += 1
            return self.slow_down_every > 0 and self.asked[tool] % self.slow_down_every == 0


def _owner(tool: str, token: str | None) -> str | None:
    for workspace in settings_of_the_demo():
        if token is not None and compare_digest(token.encode(), token_of(workspace, tool).encode()):
            return workspace
    return None


def make_server(tools: DemoTools, port: int) -> ThreadingHTTPServer:
    """A server on loopback; port 0 takes any free one."""

    class Handler(BaseHTTPRequestHandler):
        """Reads a question, writes its answer."""

        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """Answer one question."""
            address = urlsplit(self.path)
            asked = Asked(
                path=address.path,
                query=dict(parse_qsl(address.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                origin=f"http://{self.headers.get('Host', LOOPBACK)}",
                now=tools.clock(),
            )
            self._send(Answered({"status": "ok"}) if asked.path == "/health" else tools.answer(asked))

        def _send(self, answered: Answered) -> None:
            body = answered.encoded()
            self.send_response(answered.status)
            for name, value in {**answered.headers, "content-type": "application/json"}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Say nothing: addresses hold cursors and filters, not news."""

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    server.daemon_threads = True
    return server


def remembered_epoch(state_dir: Path, today: date) -> date:
    """The day this installation's story was first told, so that its past stays what it was."""
    path = state_dir / "demo.json"
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name("demo.json.new")
        draft.write_text(json.dumps({"epoch": today.isoformat()}))
        draft.replace(path)
    return date.fromisoformat(json.loads(path.read_text())["epoch"])


def main() -> None:
    """Serve until stopped."""
    known = settings()
    parser = argparse.ArgumentParser(description="The demo's tools, over HTTP on loopback.")
    parser.add_argument("--port", type=int, default=known.demo_port)
    port = parser.parse_args().port
    tools = DemoTools(remembered_epoch(known.state_dir, datetime.now(UTC).date()))
    with make_server(tools, port) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
