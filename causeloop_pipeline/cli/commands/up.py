"""One process that starts every server of an installation, follows the pipeline, and ends them all."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from rich.console import Console

from causeloop_pipeline.cli.clock_watch import ClockWatch
from causeloop_pipeline.cli.database_watch import DatabaseWatch
from causeloop_pipeline.cli.demo_people import WHAT_TO_DO, close_demo, explain_reach
from causeloop_pipeline.cli.demo_year import complete_demo_year
from causeloop_pipeline.cli.locks import DaemonLock, LockedError, lock_state_folder
from causeloop_pipeline.cli.output.progress import BootProgress, PipelineError, build_recommendation_tables
from causeloop_pipeline.cli.private_folders import protect_state
from causeloop_pipeline.cli.processes import ProcessError, Processes, stop_leftovers
from causeloop_pipeline.cli.servers import (
    StartError,
    find_code_socket,
    require_free_ports,
    start_servers,
)
from causeloop_pipeline.cli.supervisor import NotReadyError, Supervisor
from causeloop_pipeline.settings import (
    DEPLOY_DIR,
    Settings,
    export_variables,
    settings,
)
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.installation import prepare_database, stop_embedded

if TYPE_CHECKING:
    from causeloop_pipeline.cli.demo_tenants import DemoTenants

FIRST_RESULT_SECONDS = 900
EVENT_ENVIRONMENT = {
    "DAGSTER_EVENT_BATCH_SIZE": "1000",
    "DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS": "1",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
}


def bring_up(*, once: bool, demo: bool) -> None:
    """Start everything and run until interrupted; with `once`, exit after the first result."""
    state_dir = settings().state_dir
    if demo and (reason := explain_reach(settings())):
        raise StartError(f"the demo's people have a published password, and {reason}: {WHAT_TO_DO}")
    protect_state(state_dir)
    console = Console()
    with lock_state_folder(state_dir), _stop_on_signals():
        processes = Processes(state_dir / "logs", state_dir / "processes.json")
        if ended := stop_leftovers(processes.register):
            console.print(f"stopped {ended} servers that an earlier start left running")
        require_free_ports(settings(), demo=demo)
        try:
            _run(console, processes, once=once, demo=demo)
        except KeyboardInterrupt:
            console.print("stopping")
        finally:
            processes.stop()
            stop_embedded(state_dir)


def _run(console: Console, processes: Processes, *, once: bool, demo: bool) -> None:
    began = time.monotonic()
    server = prepare_database(settings().state_dir, settings().postgres_bin_dir)
    config = settings()
    console.print(f"database    ready ({time.monotonic() - began:.1f} s)")
    with DaemonLock(config.require("dagster_database_url")) as lock:
        loaded = _load_demo(console, config) if demo else None
        if loaded is None and close_demo(config.require("database_url")):
            console.print("demo        its people can no longer sign in, and its connectors are paused")
        _prepare_apart(config)
        with find_code_socket(config.state_dir) as socket:
            start_servers(processes, config, build_dagster_environment(config), socket, demo=demo)
            console.print(f"servers     listening ({time.monotonic() - began:.1f} s)")
            supervisor = Supervisor(
                processes,
                console,
                {"code": _end_dead_runs},
                config.state_dir / "restarts.json",
            )
            watch = DatabaseWatch(console, lock, server, config.postgres_bin_dir)

            clock_watch = ClockWatch(console, _clear_future_ticks)

            def supervise() -> None:
                if watch.is_available():
                    clock_watch.look()
                    supervisor.restart_ended()

            if once or demo:
                _show_first_result(BootProgress(_open_database(config), console, began), supervise, once=once)
            if loaded:
                complete_demo_year(console, config, loaded)
            _print_urls(console, config)
            _print_setup_link(console, config)
            while not once:
                supervise()
                time.sleep(1)


def _show_first_result(progress: BootProgress, supervise: Callable[[], None], *, once: bool) -> None:
    """Show the ranked recommendations, with `once` as the command's output."""
    try:
        progress.follow(supervise, FIRST_RESULT_SECONDS)
        for table in build_recommendation_tables(progress.database):
            progress.console.print(table)
    except (PipelineError, psycopg.OperationalError) as problem:
        if once:
            raise
        progress.console.print(f"no ranked recommendations yet: {problem}", markup=False)


def _end_dead_runs() -> None:
    """A dead code server takes its runs' workers with it: mark them failed before it restarts."""
    from causeloop_pipeline.orchestration.boot import end_dead_runs

    with _require_database():
        end_dead_runs()


def _clear_future_ticks() -> int:
    """Clear future ticks after the clock was set back: sensors would wait for the time of their last tick."""
    from causeloop_pipeline.orchestration.boot import clear_future_ticks

    with _require_database():
        return clear_future_ticks()


@contextmanager
def _require_database() -> Iterator[None]:
    """Raise NotReadyError while Dagster's database is unavailable, so that the work is done later."""
    from dagster_postgres.utils import DagsterPostgresException
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, DagsterPostgresException, psycopg.OperationalError) as error:
        raise NotReadyError(f"the database does not respond ({type(error).__name__})") from error


def _open_database(config: Settings) -> Database:
    return Database(config.require("pipeline_database_url"))


def _load_demo(console: Console, config: Settings) -> "DemoTenants":
    from causeloop_pipeline.cli.demo_tenants import load_demo_tenants
    from causeloop_pipeline.storage.secrets.key_ring import open_vault

    loaded = load_demo_tenants(
        config.require("database_url"),
        open_vault(config),
        f"http://127.0.0.1:{config.demo_port}",
        config.state_dir,
        f"http://{config.api_host}:{config.api_port}",
    )
    console.print(f"demo        {loaded.organizations} organizations, {loaded.workspaces} workspaces")
    return loaded


def bring_up_to_date(dagster_config: Path) -> str:
    """Schema, views and Dagster's instance for servers that something else starts; the schema's revision.

    Runs of other machines are left alone.
    """
    from causeloop_pipeline.storage.database.migrate import read_head_revision

    protect_state(settings().state_dir)
    if prepare_database(settings().state_dir, settings().postgres_bin_dir):
        stop_embedded(settings().state_dir)
        raise StartError(
            "CAUSELOOP_DATABASE_URL is not set: the embedded database is only for `causeloop up`"
        )
    close_demo(settings().require("database_url"))
    _prepare_home(settings(), dagster_config)
    from causeloop_pipeline.orchestration.boot import initialize_instance

    initialize_instance()
    return read_head_revision()


def _prepare_apart(config: Settings) -> None:
    """Prepare Dagster in a short-lived process, so that the supervisor need not load dbt and Dagster."""
    export_variables(build_dagster_environment(config))
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as child:
        child.submit(_prepare_dagster, config).result()


def _prepare_dagster(config: Settings) -> None:
    """Create Dagster's home, parse the dbt project, and fail unfinished runs of an earlier start."""
    _prepare_home(config, DEPLOY_DIR / "dagster.yaml")
    from causeloop_pipeline.orchestration.boot import prepare_instance

    prepare_instance()


def _prepare_home(config: Settings, dagster_config: Path) -> None:
    home = config.state_dir / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(dagster_config, home / "dagster.yaml")
    export_variables(build_dagster_environment(config))
    from causeloop_pipeline.stages.jobs.rereading import begin_rereading
    from causeloop_pipeline.storage.database.isolation_gate import require_isolation
    from causeloop_pipeline.storage.database.session import Database
    from causeloop_pipeline.storage.dbt.runner import Normalizer

    dbt_url = config.require_dbt_url()
    Normalizer(dbt_url).build_views()
    begin_rereading(Database(config.require("pipeline_database_url")))
    with psycopg.connect(dbt_url) as connection:
        require_isolation(connection)


def build_dagster_environment(config: Settings) -> dict[str, str]:
    """What plain `dagster` commands need in their environment to see this installation."""
    storage = config.require("dagster_database_url").replace("postgresql://", "postgresql+psycopg2://", 1)
    return {
        **EVENT_ENVIRONMENT,
        "CAUSELOOP_STATE_DIR": str(config.state_dir),
        "CAUSELOOP_DAGSTER_STORAGE_URL": storage,
        "DAGSTER_HOME": str(config.state_dir / "dagster"),
    }


def _print_urls(console: Console, config: Settings) -> None:
    console.print(f"API         http://{config.api_host}:{config.api_port}/docs")
    console.print(f"dashboard   http://{config.api_host}:{config.api_port}/")
    console.print(f"Dagster UI  {_find_dagster_address(console, config)}", soft_wrap=True, highlight=False)


def _print_setup_link(console: Console, config: Settings) -> None:
    """Print the setup link while there is no organization."""
    from causeloop_pipeline.storage.app.provisioning import format_setup_link, offer_setup

    with psycopg.connect(config.require("database_url"), autocommit=True) as owner:
        token = offer_setup(owner)
    if token:
        console.print(
            f"first start {format_setup_link(config.public_url, token)}", soft_wrap=True, highlight=False
        )


def _find_dagster_address(console: Console, config: Settings) -> str:
    """The address of Dagster's UI: with the token on a person's terminal, never in a log."""
    from causeloop_pipeline.orchestration.webserver_guard import find_token_file, read_or_create_token

    address = f"http://127.0.0.1:{config.dagster_port}"
    if console.is_terminal:
        return f"{address}/?token={read_or_create_token(config.state_dir)}"
    return f"{address} (token: {find_token_file(config.state_dir)})"


@contextmanager
def _stop_on_signals() -> Iterator[None]:
    """Stop the servers in order on TERM or Ctrl-C; a second signal does not interrupt that."""

    def stop(*_: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    yield


__all__ = [
    "LockedError",
    "ProcessError",
    "StartError",
    "bring_up",
    "bring_up_to_date",
    "build_dagster_environment",
]
