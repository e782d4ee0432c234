"""`causeloop status`: one screen that shows whether everything works."""

import urllib.error
import urllib.request
from typing import Annotated

import polars as pl
import psycopg
import typer

from causeloop_pipeline.cli.commands.analyze import Json
from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import (
    FAILED,
    UNREACHABLE,
    USAGE,
    announce,
    build_table,
    fail,
    print_json_lines,
    stderr,
    stdout,
)
from causeloop_pipeline.cli.status.findings import Status, find_problems
from causeloop_pipeline.settings import MissingSettingError, Settings, settings

EXAMPLES = show_examples("status", "status --json", "status --prometheus", "status --listen 9464")
API_SECONDS = 3.0
JOIN_SECONDS = 0.5


def status(
    as_json: Json = False,
    *,
    prometheus: Annotated[
        bool, typer.Option("--prometheus", help="Print the figures in Prometheus' text format.")
    ] = False,
    listen: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="Serve them to Prometheus at this port of loopback, until Ctrl-C."
        ),
    ] = None,
) -> None:
    """Show what runs, lag and backlog, failing connectors, slots and calibration; 1: something is wrong."""
    if listen is not None:
        _serve(listen)
        return
    try:
        current = read_status(settings())
    except (psycopg.OperationalError, MissingSettingError) as failure:
        fail(f"the database cannot be reached: {failure}", UNREACHABLE)
    findings = list(find_problems(current))
    if prometheus:
        from causeloop_pipeline.cli.status.exposition import format_exposition

        typer.echo(format_exposition(current), nl=False)
    elif as_json:
        records = [
            {"subject": f.about, "state": f.state.value, "message": f.message, "fix": f.fix} for f in findings
        ]
        print_json_lines("status", pl.DataFrame(records))
    else:
        rows = [(f.state.value, f.about, f.message, f.fix) for f in findings]
        stdout().print(build_table("Causeloop now", ("", "subject", "figures", "fix"), rows))
    if any(finding.state is State.WRONG for finding in findings):
        raise typer.Exit(FAILED)


def read_status(config: Settings) -> Status:
    """The current figures."""
    from causeloop_pipeline.cli.status.dagster_figures import read_dagster_figures
    from causeloop_pipeline.connectors.registry import CONNECTORS
    from causeloop_pipeline.storage.database.session import Database
    from causeloop_pipeline.storage.health.backlog_by_type import read_type_figures, read_workspace_figures
    from causeloop_pipeline.storage.health.product_figures import read_product_figures
    from causeloop_pipeline.storage.raw.rereading import read_newest

    polled = [name for name, tool in CONNECTORS.items() if tool.is_polled]
    with Database(config.require("pipeline_database_url")).every_workspace() as session:
        product = read_product_figures(session)
        types = read_type_figures(session, polled)
        named = read_workspace_figures(session) if config.metrics_name_tenants else ()
        rereading = read_newest(session)
    dagster = read_dagster_figures(config.require("dagster_database_url"))
    return Status(_is_api_up(config), product, dagster, types, named, rereading)


def _is_api_up(config: Settings) -> bool:
    host = "127.0.0.1" if config.api_host in {"0.0.0.0", "::"} else config.api_host  # noqa: S104 - compared
    address = f"http://{host}:{config.api_port}/health"
    try:
        with urllib.request.urlopen(address, timeout=API_SECONDS) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _serve(port: int) -> None:
    """Serve the figures until interrupted; scrapes fail while the database is unavailable."""
    from prometheus_client import start_http_server

    from causeloop_pipeline.cli.status.exposition import make_registry

    # A registry collects once when it is created, so an error here fails the command, not just a scrape.
    try:
        server, thread = start_http_server(
            port, addr="127.0.0.1", registry=make_registry(lambda: read_status(settings()))
        )
    except OSError as failure:
        fail(f"port {port} cannot be used: {failure}", USAGE)
    announce(stderr(), f"serving http://127.0.0.1:{port}/metrics until Ctrl-C")
    try:
        while thread.is_alive():  # without a time, some Pythons see no Ctrl-C before the thread ends
            thread.join(JOIN_SECONDS)
    except KeyboardInterrupt:
        server.shutdown()
