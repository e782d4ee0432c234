"""`causeloop drill`: plants a failure through the API; pattern, prediction and alert have to follow."""

import secrets
import time
from typing import Annotated
from uuid import UUID

import psycopg
import typer

from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import (
    FAILED,
    UNREACHABLE,
    announce,
    build_table,
    fail,
    quiet_libraries,
    stderr,
    stdout,
)
from causeloop_pipeline.settings import MissingSettingError, Settings, settings

EXAMPLES = show_examples("drill", "drill --timeout 300")
MIN_SECONDS, MAX_SECONDS, REQUEST_SECONDS = 10, 3_600, 30


def drill(
    *,
    url: Annotated[
        str | None, typer.Option(help="Address of the API; by default the one on this machine.")
    ] = None,
    timeout: Annotated[
        int, typer.Option(min=MIN_SECONDS, max=MAX_SECONDS, help="Seconds for all steps together.")
    ] = 600,
) -> None:
    """Plant a failure through the API, and check that pattern, prediction and alert follow in time.

    It takes place in a workspace of its own, which is erased afterwards with all that it held: no workspace
    of yours changes, and no message is sent. Exits with 1 and the step that failed.
    """
    from causeloop_pipeline.cli.drill.steps import DrillError
    from causeloop_pipeline.cli.drill.workspace import create_drill_workspace, list_former

    quiet_libraries()
    config, console, failure = settings(), stderr(), None
    try:
        owner_url = config.require("database_url")
        for former in list_former(owner_url):
            announce(console, "an earlier drill was interrupted: erasing what is left of it")
            _erase(config, former)
        workspace = create_drill_workspace(owner_url, secrets.token_hex(4))
    except (psycopg.OperationalError, MissingSettingError) as unreachable:
        fail(f"nothing was planted: {unreachable}", UNREACHABLE)
    try:
        address = url or f"http://{config.api_host}:{config.api_port}"
        rows = _run_steps(address, workspace.key, timeout)
        stdout().print(build_table("Drill", ("step", "seen", "seconds"), rows, right=("seconds",)))
    except DrillError as error:
        failure = str(error)
    finally:
        _erase(config, workspace.workspace_id)
    if failure is not None:
        fail(failure, FAILED)
    announce(console, "passed, and erased again")


def _run_steps(address: str, key: str, timeout: int) -> list[tuple[str, str, str]]:
    import httpx2

    from causeloop_pipeline.cli.drill.steps import Drill

    rows, console = [], stderr()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=address, headers=headers, timeout=REQUEST_SECONDS, trust_env=False) as client:
        for step in Drill(client, secrets.token_hex(4), time.monotonic() + timeout).run():
            announce(console, f"{step.name}: {step.seen}")
            rows.append((step.name, step.seen, f"{step.seconds:.1f}"))
    return rows


def _erase(config: Settings, workspace_id: UUID) -> None:
    from causeloop_pipeline.cli.commands.erase import erase_retired
    from causeloop_pipeline.storage.erasure.workspaces import find_workspace, retire_workspace

    with psycopg.connect(config.require("database_url"), autocommit=True) as owner:
        target = find_workspace(owner, str(workspace_id))
        retire_workspace(owner, workspace_id)
    if target is not None:
        erase_retired(config, target)
