"""The machine: Python, disk, time zones, ports, and whether Prophet can fit."""

import fcntl
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.settings import Settings

OLDEST_PYTHON = (3, 11)
ENOUGH_DISK, LEAST_DISK = 2_000_000_000, 300_000_000
PROPHET_DAYS = 10


def look_at_machine(known: Settings) -> Iterator[Finding]:
    """Everything that needs no server."""
    yield _python()
    yield _disk(known.state_dir)
    yield _time_zones()
    yield from _ports(known)
    yield _prophet()


def _python() -> Finding:
    told = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST_PYTHON:
        return wrong("Python", told, "install Python 3.11 or newer and run `make PYTHON=python3.12 setup`")
    return ok("Python", told)


def _disk(state_dir: Path) -> Finding:
    there = next(folder for folder in (state_dir, *state_dir.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    told = f"{free / 1e9:.1f} GB free for {state_dir}"
    if free < LEAST_DISK:
        return wrong("disk", told, "make room, or set CAUSELOOP_STATE_DIR to a folder on another disk")
    if free < ENOUGH_DISK:
        return warning("disk", told, "make room: a year of issues with their payloads takes about 2 GB")
    return ok("disk", told)


def _time_zones() -> Finding:
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        return wrong(
            "time zones", "the IANA time zone database is absent", "run `make setup`: it installs tzdata"
        )
    return ok("time zones", "known")


def _ports(known: Settings) -> Iterator[Finding]:
    running = is_running(known.state_dir)
    for name in ("api_port", "dagster_port", "demo_port"):
        port = getattr(known, name)
        about = f"port {port}"
        if not _listening(port):
            yield ok(about, "free")
        elif running:
            yield ok(about, "used by this installation, which is running")
        else:
            fix = f"end what listens there, or set CAUSELOOP_{name.upper()} to another port"
            yield wrong(about, f"something else listens on it, {name} needs it", fix)


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


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _prophet() -> Finding:
    about = f"Prophet, {PROPHET_DAYS} points"
    fix = "run `make setup` again: prophet and its compiled model must come from the lock file"
    try:
        import pandas as pd

        from causeloop_pipeline.analysis.predict.prophet.batch import prophet_class

        days = [date(2026, 1, 1) + timedelta(days=n) for n in range(PROPHET_DAYS)]
        history = pd.DataFrame({"ds": pd.to_datetime(days), "y": [float(n % 3) for n in range(PROPHET_DAYS)]})
        model = prophet_class()(weekly_seasonality=False, yearly_seasonality=False, uncertainty_samples=0)
        fitted = model.fit(history)
        yhat = float(fitted.predict(history)["yhat"].iloc[-1])
    except (ImportError, RuntimeError, ValueError, OSError) as error:
        return wrong(about, f"cannot be fitted: {error}", fix)
    return ok(about, f"fitted, last value {yhat:.2f}")
