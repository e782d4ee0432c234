"""Where the tools come from: Debian, PyPI and npm, each kept outside the repository for the next run."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "causeloop-realtools"
UV = Path(sys.executable).with_name("uv")
NO_SERVICES = Path("/usr/sbin/policy-rc.d")
INSTALL_SECONDS = 900


class MissingToolError(RuntimeError):
    """The tool cannot be had on this machine."""


def install_debian(*names: str, answers: str = "") -> str:
    """The version of the first package; missing ones are installed, none of their services started."""
    missing = [name for name in names if _read_debian_version(name) is None]
    if missing:
        _install_missing(missing, answers)
    return _read_debian_version(names[0]) or "unknown"


def install_python(*requirements: str) -> Path:
    """The `bin` folder of a virtual environment that holds just these requirements."""
    digest = hashlib.sha256("\n".join((sys.version, *requirements)).encode()).hexdigest()[:12]
    folder = CACHE / "python" / f"{requirements[0].partition('=')[0].partition('[')[0]}-{digest}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _run(UV, "venv", "--quiet", "--python", sys.executable, folder)
        _run(UV, "pip", "install", "--quiet", *requirements, environment={"VIRTUAL_ENV": str(folder)})
        (folder / "complete").touch()
    return folder / "bin"


def install_npm(package: str, *others: str) -> Path:
    """The unpacked folder of an npm package, with what it needs and some others in its `node_modules`."""
    if shutil.which("npm") is None:
        raise MissingToolError("npm is not installed")
    folder = CACHE / "npm" / package.replace("/", "_")
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run("npm", "pack", "--silent", package, folder=folder)
        (archive,) = folder.glob("*.tgz")
        shutil.unpack_archive(archive, folder, filter="data")
        quiet = ("--omit=dev", "--no-audit", "--no-fund", "--legacy-peer-deps", "--silent")
        _run("npm", "install", *quiet, *others, folder=folder / "package")
        (folder / "complete").touch()
    return folder / "package"


def read_version(requirement: str) -> str:
    """The version of a pinned requirement such as `prefect==3.9.1`."""
    return requirement.partition("==")[2]


def _read_debian_version(name: str) -> str | None:
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", name],
        capture_output=True,
        text=True,
        check=False,
    )
    status, _, version = answer.stdout.partition(" ")
    return version.partition(":")[2] or version if status == "installed" else None


def _install_missing(missing: list[str], answers: str) -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise MissingToolError(f"not installed, and only root may install: {' '.join(missing)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with _without_services():
        if answers:
            subprocess.run(["debconf-set-selections"], input=answers, text=True, check=True)
        _run("apt-get", "update", "--quiet=2", environment=quiet)
        _run(
            "apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *missing, environment=quiet
        )


@contextmanager
def _without_services() -> Iterator[None]:
    """Let packages start no services while they are installed."""
    if NO_SERVICES.exists():
        yield
        return
    NO_SERVICES.write_text("#!/bin/sh\nexit 101\n")
    NO_SERVICES.chmod(0o755)
    try:
        yield
    finally:
        NO_SERVICES.unlink()


def _run(*command: str | Path, environment: dict[str, str] | None = None, folder: Path | None = None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **(environment or {})},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
    )
    if done.returncode:
        last = " ".join(done.stdout.strip().splitlines()[-3:])
        raise MissingToolError(f"{command[0]} failed: {last}")
