"""Checks the machine: Python, disk, time zones, ports, and whether Prophet can fit a model."""

import fcntl
import platform
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.cli.doctor.own_servers import is_own_api, is_own_webserver
from causeloop_pipeline.cli.extra import is_core
from causeloop_pipeline.settings import Settings, external_database_url

MIN_PYTHON = (3, 11)
RECOMMENDED_DISK, MIN_DISK = 2_000_000_000, 300_000_000
PROPHET_DAYS = 10


def check_machine(config: Settings) -> Iterator[Finding]:
    """All checks that need no server."""
    yield _check_python()
    yield _check_disk(config.state_dir)
    yield _check_time_zones()
    yield from _check_ports(config)
    if is_core():
        yield warning("servers", "not installed, nor their PostgreSQL", "pip install 'causeloop[server]'")
    else:
        yield _check_prophet()


def _check_python() -> Finding:
    message = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < MIN_PYTHON:
        return wrong("Python", message, "install Python 3.11 or newer, then reinstall Causeloop with it")
    return ok("Python", message)


def _check_disk(state_dir: Path) -> Finding:
    existing = next(folder for folder in (state_dir, *state_dir.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    message = f"{free / 1e9:.1f} GB free for {state_dir}"
    if free < MIN_DISK:
        return wrong(
            "disk", message, "free some space, or set CAUSELOOP_STATE_DIR to a folder on another disk"
        )
    if free < RECOMMENDED_DISK:
        return warning(
            "disk", message, "free some space: a year of issues with their payloads takes about 2 GB"
        )
    return ok("disk", message)


def _check_time_zones() -> Finding:
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return wrong("time zones", "the IANA time zone database is missing", "install the package tzdata")
    return ok("time zones", "available")


def _check_ports(config: Settings) -> Iterator[Finding]:
    """Whether each port is free or has the server that belongs there, whatever has started that."""
    is_up = is_running(config.state_dir)
    answers: dict[str, Callable[[], bool]] = {
        "api_port": lambda: is_own_api(config),
        "dagster_port": lambda: is_own_webserver(config),
        "demo_port": lambda: False,
    }
    for name, is_own in answers.items():
        port = getattr(config, name)
        about = f"port {port}"
        fix = f"stop what listens there, or set CAUSELOOP_{name.upper()} to another port"
        if not _is_listening(port):
            yield ok(about, "free")
        elif is_up or is_own():
            yield ok(about, "used by this installation, which is running")
        elif name == "demo_port" and external_database_url():
            yield ok(about, "another program uses it, which matters only to the demo")
        else:
            yield wrong(about, f"another program uses it, {name} needs it", fix)


def is_running(state_dir: Path) -> bool:
    """Whether `causeloop up` holds this state folder."""
    lock = state_dir / "up.lock"
    if not lock.exists():
        return False
    with lock.open("r+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _check_prophet() -> Finding:
    about = f"Prophet, {PROPHET_DAYS} points"
    fix = "reinstall prophet: its compiled model is missing or broken"
    try:
        import pandas as pd

        from causeloop_pipeline.analysis.predict.prophet.batch import load_prophet

        days = [date(2026, 1, 1) + timedelta(days=n) for n in range(PROPHET_DAYS)]
        history = pd.DataFrame({"ds": pd.to_datetime(days), "y": [float(n % 3) for n in range(PROPHET_DAYS)]})
        model = load_prophet()(weekly_seasonality=False, yearly_seasonality=False, uncertainty_samples=0)
        fitted = model.fit(history)
        yhat = float(fitted.predict(history)["yhat"].iloc[-1])
    except (ImportError, RuntimeError, ValueError, OSError) as error:
        return wrong(about, f"cannot be fitted: {error}", fix)
    return ok(about, f"fitted, last value {yhat:.2f}")
