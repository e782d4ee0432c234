"""The servers that `causeloop up` starts: their command lines, and where each listens."""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from causeloop_pipeline.cli.processes import Processes, is_listening
from causeloop_pipeline.settings import Settings, copy_environment, process_environment

MAX_SOCKET_PATH = 90
MAX_MALLOC_ARENAS = "2"
"""Otherwise malloc keeps freed memory in an arena for every thread."""

NEED_CODE = {"dagster", "daemon"}
PROCESS_OF_SERVERS = {
    "api": "api",
    "code": "pipeline",
    "daemon": "dagster",
    "dagster": "dagster",
    "demo": "demo",
}
"""Server → the process whose secrets it sees."""


class StartError(RuntimeError):
    """The installation cannot be started; the message says what to do."""


def start_servers(
    processes: Processes, config: Settings, variables: Mapping[str, str], socket: Path, *, demo: bool
) -> None:
    """Start the servers and wait until each listens; `variables` are what Dagster needs beside our own."""
    require_free_ports(config, demo=demo)
    environment = {**copy_environment(), **variables}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.setdefault("MALLOC_ARENA_MAX", MAX_MALLOC_ARENAS)
    environment["FORWARDED_ALLOW_IPS"] = ""  # it serves without a proxy
    environment["PYTHONSAFEPATH"] = "1"  # the folder of whoever starts it may have an `api` or a `dbt.py`
    if demo:
        allowed = [config.egress_allow, f"127.0.0.1:{config.demo_port}"]
        environment["CAUSELOOP_EGRESS_ALLOW"] = ",".join(filter(None, allowed))
        environment.setdefault("CAUSELOOP_SLACK_URL", f"http://127.0.0.1:{config.demo_port}")
    workspace = config.state_dir / "dagster" / "workspace.yaml"
    workspace.write_text(
        f"load_from:\n  - grpc_server: {{socket: {json.dumps(str(socket))}, location_name: causeloop}}\n"
    )
    ports = {"dagster": config.dagster_port, "api": config.api_port}
    for name, command in build_commands(workspace, socket, demo=demo).items():
        if name in NEED_CODE:
            processes.await_listening("code", socket)
        processes.start(name, command, process_environment(PROCESS_OF_SERVERS[name], environment))
    for name, port in ports.items():
        processes.await_listening(name, port)


def require_free_ports(config: Settings, *, demo: bool) -> None:
    """Raise StartError where another program listens on a port, naming each and its setting."""
    used = [
        f"{getattr(config, name)} (CAUSELOOP_{name.upper()})"
        for name in ("api_port", "dagster_port", *(["demo_port"] if demo else []))
        if is_listening(getattr(config, name))
    ]
    if used:
        raise StartError(
            f"port {', '.join(used)} is already in use: stop what listens there, or set that variable to "
            "another port"
        )


def build_commands(workspace: Path, socket: Path, *, demo: bool) -> dict[str, list[str]]:
    """Every server's command line; none holds a secret."""
    python, instance = sys.executable, "causeloop_pipeline.orchestration.instance"
    code = ["-m", "causeloop_pipeline.definitions", "--socket", str(socket)]
    web = ["-m", "causeloop_pipeline.orchestration.webserver", str(workspace)]
    commands = {
        "code": [python, "-m", f"{instance}.code_server", *code, "--location-name", "causeloop"],
        "api": [python, "-m", "api"],
        "dagster": [python, *web],
        "daemon": [python, "-m", f"{instance}.daemon", "run", "-w", str(workspace)],
    }
    if demo:
        commands = {"demo": [python, "-m", "causeloop_pipeline.demo.server"], **commands}
    return commands


@contextmanager
def find_code_socket(state_dir: Path) -> Iterator[Path]:
    """Where the code server listens: a socket in a folder that only this user may enter."""
    folder = state_dir / "dagster" / "private"
    if len(str(folder)) <= MAX_SOCKET_PATH:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        yield folder / "code.sock"
        return
    with tempfile.TemporaryDirectory(prefix="causeloop-") as short:
        yield Path(short) / "code.sock"
