"""How much 50 hanging tools delay the syncs of 450 responsive ones.

Goal: the 95th percentile of the others' delay grows to at most 1.2 times. Real syncs of the product against a
tool on loopback, landed in an embedded PostgreSQL; the tools that hang accept a connection and never answer.
They have failed before, as all have that hang for longer than one sync.
"""

import json
import os
import socket
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import psycopg

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.landing import sync_due_connectors
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace
from causeloop_pipeline.storage.embedded.installation import prepare_database
from causeloop_pipeline.storage.embedded.postgres_server import remove_server

ANSWERING, HANGING, WORKSPACES, RECORDS = 450, 50, 25, 20
MAX_RATIO = 1.2
SELECT_DELAYS = """
select extract(epoch from r.finished_at - %s::timestamptz)::float as delay
from app.sync_run as r
join app.connector as c using (workspace_id, connector_id)
where r.started_at >= %s::timestamptz and c.display_name like 'answering%%' and r.status = 'succeeded'
"""


class ResponsiveTool(BaseHTTPRequestHandler):
    """A responsive tool."""

    def do_GET(self) -> None:
        """A short list."""
        records = [{"id": f"{self.path}-{n}", "title": f"failure {n}"} for n in range(RECORDS)]
        body = json.dumps(records).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def serve_tools() -> Iterator[tuple[int, int]]:
    """The ports of the responsive and of the hanging tool."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), ResponsiveTool)
    Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0), backlog=512) as silent:
        yield server.server_address[1], silent.getsockname()[1]
    server.shutdown()


def main() -> int:
    """Syncs without and with tools that hang; 1 when the goal is missed."""
    with tempfile.TemporaryDirectory() as folder, serve_tools() as (answering, hanging):
        os.environ["CAUSELOOP_STATE_DIR"] = folder
        os.environ["CAUSELOOP_EGRESS_ALLOW"] = f"127.0.0.1:{answering}, 127.0.0.1:{hanging}"
        prepare_database(Path(folder), settings().postgres_bin_dir)
        try:
            with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
                workspace_ids = create_workspaces(owner)
                create_connectors(owner, workspace_ids, "answering", answering, ANSWERING)
                measure(owner, workspace_ids)  # the first one also opens files and connections
                alone = measure(owner, workspace_ids)
                create_connectors(owner, workspace_ids, "hanging", hanging, HANGING)
                beside = measure(owner, workspace_ids)
        finally:
            remove_server(Path(folder) / "postgres")
    ratio = beside / alone
    print(
        f"p95 until {ANSWERING} connectors are landed: {alone:.2f} s alone, {beside:.2f} s beside {HANGING} "
        f"that hang: {ratio:.2f} times (goal {MAX_RATIO})"
    )
    return int(ratio > MAX_RATIO)


def measure(owner: psycopg.Connection, workspace_ids: list[UUID]) -> float:
    """The 95th percentile of the responsive tools' delay when all are due."""
    owner.execute("update app.connector set next_poll_at = now(), cursor = null")
    began = datetime.now(UTC)
    sync_due_connectors(
        Installation(), CONNECTORS["custom_api"], workspace_ids, str(uuid4()), warn=lambda _: None
    )
    with Installation().database.workspaces(workspace_ids) as session:
        rows = session.rows(SELECT_DELAYS, (began, began))
    assert len(rows) == ANSWERING, f"only {len(rows)} have ended well"
    return statistics.quantiles([float(row["delay"]) for row in rows], n=20)[-1]


def create_workspaces(owner: psycopg.Connection) -> list[UUID]:
    """Workspaces of one organization."""
    organization = create_organization(owner, "bench", "Bench", "enterprise", 10)
    return [
        create_workspace(owner, organization, f"w{number}", f"W {number}", "UTC")
        for number in range(WORKSPACES)
    ]


def create_connectors(
    owner: psycopg.Connection, workspace_ids: list[UUID], name: str, port: int, count: int
) -> None:
    """Connectors of a tool, spread over the workspaces; those that hang have failed once."""
    rows = [
        (
            workspace_ids[number % len(workspace_ids)],
            f"{name} {number}",
            json.dumps({"base_url": f"http://127.0.0.1:{port}", "path": f"/items/{name}/{number}"}),
            int(name == "hanging"),
        )
        for number in range(count)
    ]
    owner.cursor().executemany(
        "insert into app.connector (workspace_id, type, display_name, config, failed_syncs) "
        "values (%s, 'custom_api', %s, %s, %s)",
        rows,
    )


if __name__ == "__main__":
    sys.exit(main())
