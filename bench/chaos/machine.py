"""A simulated machine for one installation, whose disks can be filled and whose clock can be set."""

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
class Disk:
    """A file system of its own, in memory: its size can be changed at any time."""

    folder: Path

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Leave no byte of the disk free until the block ends."""
        status = os.statvfs(self.folder)
        self._resize((status.f_blocks - status.f_bfree) * status.f_frsize)
        try:
            yield
        finally:
            self._resize(DISK_BYTES)

    def _resize(self, size: int) -> None:
        """Set its size; slightly more if something was written meanwhile."""
        for room in (0, 1 << 20, 16 << 20, 64 << 20):
            option = f"remount,size={size + room}"
            done = subprocess.run(["mount", "-o", option, str(self.folder)], check=False, capture_output=True)
            if done.returncode == 0:
                return
        raise RuntimeError(f"{self.folder} could not be made {size} bytes large: {done.stderr.decode()}")


@dataclass(frozen=True)
class Machine:
    """The disks of a database and the file that shifts the clock; None where the system does not allow it."""

    data: Disk | None = None
    log: Disk | None = None
    clock: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What programs need in order to see the shifted clock. PostgreSQL keeps the true one."""
        if self.clock is None:
            return {}
        return {"CHAOS_CLOCK": str(self.clock), "LD_PRELOAD": str(self.clock.with_suffix(".so"))}

    def separate_log(self, data: Path) -> None:
        """Move a stopped server's write-ahead log to the disk of its own."""
        assert self.log is not None
        log = data / "pg_wal"
        if log.is_symlink():
            return
        owner = log.stat()
        target = self.log.folder / "pg_wal"
        shutil.move(log, target)
        for path in (self.log.folder, target, *target.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
        log.symlink_to(target)

    def set_clock(self, seconds: int) -> None:
        """Shift the clock of every program that has loaded it."""
        assert self.clock is not None
        with self.clock.open("r+b") as handle:
            handle.write(struct.pack("l", seconds))


@contextlib.contextmanager
def make_machine(folder: Path, database: Path) -> Iterator[Machine]:
    """Mount small disks for a database, and compile a clock; each where the system allows it."""
    log = database.with_name(database.name + "-log")
    disks = {place: _mount(place) for place in (database, log)}
    try:
        yield Machine(disks[database], disks[log], _compile_clock(folder))
    finally:
        for place, disk in disks.items():
            if disk:
                subprocess.run(["umount", "--lazy", str(place)], check=False)
                shutil.rmtree(place, ignore_errors=True)


def _mount(folder: Path) -> Disk | None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs"]
    mounted = subprocess.run(["mount", *options, str(folder)], check=False, capture_output=True)
    return Disk(folder) if mounted.returncode == 0 else None


def _compile_clock(folder: Path) -> Path | None:
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    clock = folder / "clock.shift"
    clock.write_bytes(struct.pack("l", 0))
    clock.chmod(0o644)
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(clock.with_suffix(".so")), str(SOURCE), "-ldl"]
    return clock if subprocess.run(command, check=False, capture_output=True).returncode == 0 else None
