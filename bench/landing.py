"""How many records a CPU second lands: pulled over loopback HTTP, page by page, into PostgreSQL.

`python -m bench.landing [RECORDS]`: beside the product, the same rows by psycopg's executemany and, where uv
can install it, by dlt, each into a table of its own on the same server. CPU is that of the client and of the
server's backends together; the tool that answers is another process, whose cost is nobody's.
"""

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2
import psycopg

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.landing import sync
from causeloop_pipeline.storage.app.connectors import PolledConnector
from causeloop_pipeline.storage.app.tenants import create_organization, create_workspace
from causeloop_pipeline.storage.embedded.installation import prepare_database
from causeloop_pipeline.storage.embedded.postgres_server import find_data_dir, find_free_port, remove_server

RECORDS, PAGE, RECORD_BYTES = 100_000, 100, 1_000
MIN_PER_CPU_SECOND, MIN_TIMES_DLT, MIN_TIMES_EXECUTEMANY, MAX_MEGABYTES = 20_000, 5, 2, 150
UV_RUN = (str(Path(sys.executable).with_name("uv")), "run", "--quiet", "--no-project")
DLT = "dlt[postgres]==1.31.0"
INSERT_ROWS = (
    "insert into public.bench_rows (id, payload) values (%s, %s::jsonb) on conflict (id) do update "
    "set payload = excluded.payload"
)
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class PagedTool(BaseHTTPRequestHandler):
    """Answers any page of `total` records of a kilobyte."""

    total = 0
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """One page."""
        query = parse_qs(urlsplit(self.path).query)
        first = (int(query.get("page", ["1"])[0]) - 1) * PAGE
        body = json.dumps([make_record(n) for n in range(first, min(first + PAGE, self.total))]).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: the output is the benchmark's."""


def make_record(number: int) -> dict[str, Any]:
    """A record of about a kilobyte."""
    fields = {
        "id": f"R-{number}",
        "title": f"Request {number % 997} timed out",
        "updated_at": f"2026-03-{number % 28 + 1:02d}T00:00:00Z",
    }
    return {**fields, "body": "x" * (RECORD_BYTES - len(json.dumps(fields)))}


def serve(port: int, total: int) -> None:
    """Answer until the process is ended."""
    PagedTool.total = total
    HTTPServer(("127.0.0.1", port), PagedTool).serve_forever()


def main(arguments: list[str]) -> int:
    """Land the records each way; 1 when a goal is missed."""
    total = int(arguments[0]) if arguments else RECORDS
    port = find_free_port()
    tool = multiprocessing.get_context("spawn").Process(target=serve, args=(port, total), daemon=True)
    tool.start()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CAUSELOOP_STATE_DIR": folder, "CAUSELOOP_EGRESS_ALLOW": f"127.0.0.1:{port}"}
        prepare_database(Path(folder), settings().postgres_bin_dir)
        pid_file = find_data_dir(Path(folder) / "postgres") / "postmaster.pid"
        try:
            figures = compare(f"http://127.0.0.1:{port}", int(pid_file.read_text().split()[0]), total)
        finally:
            remove_server(Path(folder) / "postgres")
            tool.terminate()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return report(figures, total, megabytes)


def compare(url: str, postmaster: int, total: int) -> dict[str, float]:
    """Records a CPU second, by the way in which they were landed."""
    configured = create_connector(url)
    owner_url = settings().require("database_url")
    ways: dict[str, Callable[[], None]] = {
        "product": lambda: land_all(configured, total),
        "executemany": lambda: insert_all(url, owner_url, total),
        "dlt": lambda: run_dlt(url, owner_url, total),
    }
    figures = {}
    for name, land in ways.items():
        before = measure_cpu(postmaster)
        try:
            land()
        except subprocess.CalledProcessError as error:
            print(f"{name} is left out: {(error.stderr or b'').decode().strip().splitlines()[-1:]}")
            continue
        figures[name] = total / (measure_cpu(postmaster) - before)
    return figures


def create_connector(url: str) -> PolledConnector:
    """A connector of the tool, in a workspace of its own."""
    config = {"base_url": url, "path": "/items", "pages": "number", "size": PAGE, "key": "id"}
    connector_id = uuid4()
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        organization = create_organization(owner, "bench", "Bench", "enterprise", 10)
        workspace_id = create_workspace(owner, organization, "main", "Main", "UTC")
        owner.execute(
            "insert into app.connector (workspace_id, connector_id, type, display_name, config) "
            "values (%s, %s, 'custom_api', 'bench', %s)",
            (workspace_id, connector_id, json.dumps(config)),
        )
    return PolledConnector(workspace_id, connector_id, "custom_api", "bench", config, {}, None, 365)


def land_all(configured: PolledConnector, total: int) -> None:
    """The product: every record landed exactly once, each page with its cursor in one transaction."""
    result = sync(Installation(), CONNECTORS["custom_api"], configured, None)
    assert result.error is None, result.error
    assert result.count.new == total, result.count


def insert_all(url: str, database_url: str, total: int) -> None:
    """psycopg's executemany with a key, a transaction a page."""
    with psycopg.connect(database_url) as connection, httpx2.Client(base_url=url) as client:
        connection.execute("create table public.bench_rows (id text primary key, payload jsonb)")
        for page in range(1, -(-total // PAGE) + 1):
            items = client.get(f"/items?page={page}").json()
            rows = [(item["id"], json.dumps(item)) for item in items]
            connection.cursor().executemany(INSERT_ROWS, rows)
            connection.commit()


def run_dlt(url: str, database_url: str, total: int) -> None:
    """dlt's REST pages into PostgreSQL, in an environment of its own."""
    script = Path(__file__).with_name("landing_dlt.py")
    environment = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false"}
    subprocess.run(
        [*UV_RUN, "--with", DLT, "python", str(script), url, database_url, str(total)],
        check=True,
        capture_output=True,
        env=environment,
    )


def measure_cpu(postmaster: int) -> float:
    """CPU seconds so far: of this process, of the children that have ended, and of the database server."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    server = sum(read_ticks(int(pid)) for pid in (str(postmaster), *children)) / CLOCK_TICKS
    return server + sum(usage.ru_utime + usage.ru_stime for usage in (own, ended))


def read_ticks(pid: int | str) -> int:
    """Clock ticks of a process and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(field) for field in fields[11:15])


def report(figures: dict[str, float], total: int, megabytes: int) -> int:
    """Print each figure; whether a goal is missed."""
    ours = figures["product"]
    for name, figure in figures.items():
        print(f"{name}: {figure:,.0f} records a CPU second, the product does {ours / figure:.1f} ×")
    goals = {"executemany": MIN_TIMES_EXECUTEMANY, "dlt": MIN_TIMES_DLT}
    wanted = ", ".join(f"{times} × {name}" for name, times in goals.items())
    missed = [name for name, times in goals.items() if name in figures and ours < times * figures[name]]
    print(
        f"pull and land {total:,} records of 1 kB: {ours:,.0f} a CPU second, {megabytes} MB at most "
        f"(goal {MIN_PER_CPU_SECOND:,}, {MAX_MEGABYTES} MB, {wanted})"
    )
    return int(bool(missed) or ours < MIN_PER_CPU_SECOND or megabytes > MAX_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
