"""A machine whose disk can be filled and whose clock can be set, for one installation only."""

import contextlib
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DISK_BYTES = 3 << 30
SOURCE = Path(__file__).with_name("clock.c")


@dataclass(frozen=True)
class Machine:
    """The small disk of a database and the file that shifts a clock; none: this system does not allow it."""

    disk: Path | None = None
    clock: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What programs need in order to see the shifted clock. PostgreSQL keeps the true one."""
        if self.clock is None:
            return {}
        return {"CHAOS_CLOCK": str(self.clock), "LD_PRELOAD": str(self.clock.with_suffix(".so"))}

    @contextlib.contextmanager
    def full_disk(self) -> Iterator[None]:
        """Leave no byte of the disk free until the block ends."""
        assert self.disk is not None
        ballast = self.disk / "ballast"
        with ballast.open("wb", buffering=0) as handle:
            for size in (1 << 20, 1 << 12):
                with contextlib.suppress(OSError):
                    while handle.write(bytes(size)) == size:
                        pass
        yield
        ballast.unlink()

    def set_clock(self, seconds: int) -> None:
        """Shift the clock of every program that has loaded it."""
        assert self.clock is not None
        with self.clock.open("r+b") as handle:
            handle.write(struct.pack("l", seconds))


@contextlib.contextmanager
def make_machine(folder: Path, database: Path) -> Iterator[Machine]:
    """Mount a small disk for a database, and compile a clock; each where the system allows it."""
    disk = _mount(database)
    try:
        yield Machine(disk, _compile_clock(folder))
    finally:
        if disk:
            subprocess.run(["umount", "--lazy", str(disk)], check=False)
            shutil.rmtree(disk, ignore_errors=True)


def _mount(database: Path) -> Path | None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return None
    database.mkdir(parents=True, exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs"]
    mounted = subprocess.run(["mount", *options, str(database)], check=False, capture_output=True)
    return database if mounted.returncode == 0 else None


def _compile_clock(folder: Path) -> Path | None:
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    clock = folder / "clock.shift"
    clock.write_bytes(struct.pack("l", 0))
    clock.chmod(0o644)
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(clock.with_suffix(".so")), str(SOURCE), "-ldl"]
    return clock if subprocess.run(command, check=False, capture_output=True).returncode == 0 else None
