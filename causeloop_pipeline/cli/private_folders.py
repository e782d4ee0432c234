"""Keeps the state folder, its logs and Dagster's files from other users of the machine."""

import os
from pathlib import Path

PRIVATE, PASSABLE = 0o700, 0o711
PRIVATE_FOLDERS = ("dagster", "dbt", "logs")


def protect_state(state_dir: Path) -> None:
    """Make the state folder, and what is in it, readable to the present user only.

    When root runs it, the embedded PostgreSQL is another user, who may traverse the folder but not list it.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    state_dir.chmod(PASSABLE if os.geteuid() == 0 else PRIVATE)
    for name in PRIVATE_FOLDERS:
        folder = state_dir / name
        folder.mkdir(exist_ok=True)
        folder.chmod(PRIVATE)
    for path in state_dir.iterdir():
        if path.is_file():
            path.chmod(path.stat().st_mode & PRIVATE)
