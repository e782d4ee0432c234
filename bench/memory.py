"""Reads how much memory a process has."""

from pathlib import Path


def read_memory_bytes(process: Path) -> int:
    """The proportional set size of a process, by its folder in /proc; 0 when it has ended."""
    try:
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
