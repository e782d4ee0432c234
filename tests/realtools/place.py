"""Where one tool runs: a folder and ports of its own, and its processes, ended by their ids."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2

Result = TypeVar("Result")
STOP_SECONDS = 20
START_SECONDS = 600
COMMAND_SECONDS = 600


class ToolError(RuntimeError):
    """A real tool did not do what its recipe asks of it."""


@dataclass
class Place:
    """A folder, ports that Causeloop may reach, and the running processes."""

    folder: Path
    ports: Iterator[int]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self,
        *command: str | Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: str | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a server in a process group of its own; what it prints goes into a file of the folder."""
        log = self.folder / f"{Path(command[0]).name}-{len(self.processes)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                env={**_inherit(), **(environment or {})},
                cwd=folder or self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
            )
        self.processes.append(process)
        return process

    def run(
        self,
        *command: str | Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: str | None = None,
        codes: tuple[int, ...] = (0,),
        stdin: str | None = None,
    ) -> str:
        """Run a command to its end; what it printed."""
        done = subprocess.run(
            [str(part) for part in command],
            env={**_inherit(), **(environment or {})},
            cwd=folder or self.folder,
            user=user,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode not in codes:
            raise ToolError(f"{Path(command[0]).name} ended with {done.returncode}: {done.stdout[-600:]}")
        return done.stdout

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End a server and all that it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_SECONDS)
        if process in self.processes:
            self.processes.remove(process)

    def await_answer(self, url: str) -> None:
        """Wait until an address answers."""
        wait_for(lambda: _answers(url), START_SECONDS, f"{url} to answer")

    def let_fail(self) -> None:
        """Take the file `ok` away, without which what runs in the folder fails."""
        (self.folder / "ok").unlink(missing_ok=True)

    def let_succeed(self) -> None:
        """Put the file `ok` there again."""
        (self.folder / "ok").touch()

    def read_logs(self) -> str:
        """The last lines of what each server printed."""
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            for log in sorted(self.folder.glob("*.log"))
        )


@contextmanager
def open_place(folder: Path, ports: Iterator[int]) -> Iterator[Place]:
    """A place whose processes are ended at the end, the last one first."""
    place = Place(folder, ports)
    try:
        yield place
    finally:
        for process in reversed(place.processes.copy()):
            place.stop(process)


def wait_for(find: Callable[[], Result | None], seconds: float, what: str, pause: float = 0.5) -> Result:
    """The first result that is true, before so many seconds have passed."""
    deadline = time.monotonic() + seconds
    while True:
        if result := find():
            return result
        if time.monotonic() > deadline:
            raise ToolError(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)


def call(method: str, url: str, **more: Any) -> Any:
    """Ask a tool for something; the JSON of its answer, or its text."""
    answer = httpx2.request(method, url, timeout=60, **more)
    if answer.status_code >= 400:
        raise ToolError(f"{method} {url}: {answer.status_code} {answer.text[:300]}")
    is_json = "json" in answer.headers.get("content-type", "")
    return answer.json() if is_json and answer.content else answer.text


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5).status_code < 400
    except httpx2.TransportError:
        return False


def _inherit() -> dict[str, str]:
    """The environment without what belongs to Causeloop, its Dagster or a virtual environment."""
    foreign = ("CAUSELOOP_", "DAGSTER_", "DBT_", "VIRTUAL_ENV", "PYTHONPATH")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
