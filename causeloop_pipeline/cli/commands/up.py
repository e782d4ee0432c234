"""One process that starts every server of an installation, follows the pipeline, and ends them all."""

import fcntl
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console

from causeloop_pipeline.cli.output.progress import Progress, recommendation_tables
from causeloop_pipeline.cli.processes import ProcessError, Processes, is_listening, stop_leftovers
from causeloop_pipeline.settings import (
    DEPLOY_DIR,
    Settings,
    copy_environment,
    export_variables,
    settings,
)
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.installation import prepare_database, stop_embedded
from causeloop_pipeline.storage.embedded.postgres_server import free_port

DAEMON_LOCK = 7_326_412
FIRST_RESULT_SECONDS = 900
NEED_CODE = {"dagster", "daemon"}
EVENT_ENVIRONMENT = {
    "DAGSTER_EVENT_BATCH_SIZE": "1000",
    "DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS": "1",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
}


class StartError(RuntimeError):
    """The installation cannot be started as it is; the message says what to do."""


def bring_up(*, once: bool, demo: bool) -> None:
    """Start everything and stay until interrupted; with `once`, end at the first result."""
    state_dir = settings().state_dir
    state_dir.mkdir(parents=True, exist_ok=True)
    console = Console()
    with _lock_state_folder(state_dir), _stop_on_signals():
        processes = Processes(state_dir / "logs", state_dir / "processes.json")
        if ended := stop_leftovers(processes.register):
            console.print(f"stopped {ended} servers that an earlier start left running")
        try:
            _run(console, processes, once=once, demo=demo)
        except KeyboardInterrupt:
            console.print("stopping")
        finally:
            processes.stop()
            stop_embedded(state_dir)


def _run(console: Console, processes: Processes, *, once: bool, demo: bool) -> None:
    began = time.monotonic()
    prepare_database(settings().state_dir, settings().postgres_bin_dir)
    config = settings()
    console.print(f"database    ready ({time.monotonic() - began:.1f} s)")
    with _daemon_lock(config):
        if demo:
            _load_demo(console, config)
        _prepare_dagster(config)
        _start_servers(processes, config, demo=demo)
        console.print(f"servers     listening ({time.monotonic() - began:.1f} s)")
        progress = Progress(Database(config.require("pipeline_database_url")), console, began)
        progress.follow(processes.check, FIRST_RESULT_SECONDS)
        for table in recommendation_tables(progress.database):
            console.print(table)
        _print_urls(console, config)
        while not once:
            processes.check()
            time.sleep(1)


def _load_demo(console: Console, config: Settings) -> None:
    from causeloop_pipeline.cli.demo_tenants import load_demo_tenants
    from causeloop_pipeline.storage.app.vault import Vault

    loaded = load_demo_tenants(
        config.require("database_url"),
        Vault.of(config.require("secret_key")),
        f"http://127.0.0.1:{config.demo_port}",
        config.state_dir,
    )
    console.print(f"demo        {loaded.organizations} organizations, {loaded.workspaces} workspaces")


def bring_up_to_date(dagster_config: Path) -> str:
    """Schema, views and Dagster's instance for servers that something else starts; the schema's revision.

    Runs of other machines are left alone.
    """
    from causeloop_pipeline.storage.database.migrate import head_revision

    settings().state_dir.mkdir(parents=True, exist_ok=True)
    if prepare_database(settings().state_dir, settings().postgres_bin_dir):
        stop_embedded(settings().state_dir)
        raise StartError(
            "CAUSELOOP_DATABASE_URL is not set: the embedded database is only for `causeloop up`"
        )
    _prepare_home(settings(), dagster_config)
    from causeloop_pipeline.orchestration.boot import initialize_instance

    initialize_instance()
    return head_revision()


def _prepare_dagster(config: Settings) -> None:
    """Dagster's home, the parsed dbt project, and no unfinished run of an earlier start."""
    _prepare_home(config, DEPLOY_DIR / "dagster.yaml")
    from causeloop_pipeline.orchestration.boot import prepare_instance

    prepare_instance()


def _prepare_home(config: Settings, dagster_config: Path) -> None:
    home = config.state_dir / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(dagster_config, home / "dagster.yaml")
    export_variables(dagster_environment(config))
    from causeloop_pipeline.storage.database.isolation_gate import require_isolation
    from causeloop_pipeline.storage.dbt.runner import Normalizer

    pipeline_url = config.require("pipeline_database_url")
    Normalizer(pipeline_url).build_views()
    with psycopg.connect(pipeline_url) as connection:
        require_isolation(connection)


def dagster_environment(config: Settings) -> dict[str, str]:
    """What plain `dagster` commands need in their environment to see this installation."""
    storage = config.require("dagster_database_url").replace("postgresql://", "postgresql+psycopg2://", 1)
    return {
        **EVENT_ENVIRONMENT,
        "CAUSELOOP_STATE_DIR": str(config.state_dir),
        "CAUSELOOP_DAGSTER_STORAGE_URL": storage,
        "DAGSTER_HOME": str(config.state_dir / "dagster"),
    }


def _start_servers(processes: Processes, config: Settings, *, demo: bool) -> None:
    used = [port for port in _ports(config, demo=demo) if is_listening(port)]
    if used:
        raise StartError(
            f"port {', '.join(map(str, used))} is already in use: stop what listens there, or choose others "
            "with CAUSELOOP_API_PORT, CAUSELOOP_DAGSTER_PORT and CAUSELOOP_DEMO_PORT"
        )
    environment = {**copy_environment(), **dagster_environment(config)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if demo:
        allowed = [config.egress_allow, f"127.0.0.1:{config.demo_port}"]
        environment["CAUSELOOP_EGRESS_ALLOW"] = ",".join(filter(None, allowed))
    code_port = free_port()
    workspace = config.state_dir / "dagster" / "workspace.yaml"
    workspace.write_text(
        f"load_from:\n  - grpc_server: {{host: 127.0.0.1, port: {code_port}, location_name: causeloop}}\n"
    )
    ports = {"code": code_port, "dagster": config.dagster_port, "api": config.api_port}
    for name, command in _commands(config, workspace, code_port, demo=demo).items():
        if name in NEED_CODE:
            processes.await_port("code", code_port)
        processes.start(name, command, environment)
    for name, port in ports.items():
        processes.await_port(name, port)


def _commands(config: Settings, workspace: Path, code_port: int, *, demo: bool) -> dict[str, list[str]]:
    """Every server's command line; none holds a secret."""
    python, programs = sys.executable, Path(sys.executable).parent
    code = ["api", "grpc", "-m", "causeloop_pipeline.definitions", "-h", "127.0.0.1", "-p", str(code_port)]
    web = ["-w", str(workspace), "-h", "127.0.0.1", "-p", str(config.dagster_port)]
    api = ["api.main:create_app", "--factory", "--host", config.api_host, "--port", str(config.api_port)]
    commands = {
        "code": [str(programs / "dagster"), *code, "--location-name", "causeloop"],
        "api": [python, "-m", "uvicorn", *api, "--no-server-header", "--no-access-log"],
        "dagster": [str(programs / "dagster-webserver"), *web],
        "daemon": [str(programs / "dagster-daemon"), "run", "-w", str(workspace)],
    }
    if demo:
        commands = {"demo": [python, "-m", "causeloop_pipeline.demo.server"], **commands}
    return commands


def _ports(config: Settings, *, demo: bool) -> list[int]:
    return [config.api_port, config.dagster_port, *([config.demo_port] if demo else [])]


def _print_urls(console: Console, config: Settings) -> None:
    console.print(f"API         http://{config.api_host}:{config.api_port}/docs")
    console.print(f"dashboard   http://{config.api_host}:{config.api_port}/")
    console.print(f"Dagster UI  http://127.0.0.1:{config.dagster_port}")


@contextmanager
def _lock_state_folder(state_dir: Path) -> Iterator[None]:
    with (state_dir / "up.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(f"already running on {state_dir}: stop the other `causeloop up` first") from None
        yield


@contextmanager
def _daemon_lock(config: Settings) -> Iterator[None]:
    """Two daemons would start every run twice, also from two machines on one database."""
    with psycopg.connect(config.require("dagster_database_url"), autocommit=True) as connection:
        locked = connection.execute("select pg_try_advisory_lock(%s)", (DAEMON_LOCK,)).fetchone()
        if locked != (True,):
            raise StartError("another installation's daemon already uses this Dagster database")
        yield


@contextmanager
def _stop_on_signals() -> Iterator[None]:
    """TERM and Ctrl-C stop the servers in order; a second signal does not interrupt that."""

    def stop(*_: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    yield


__all__ = ["ProcessError", "StartError", "bring_up", "bring_up_to_date", "dagster_environment"]
