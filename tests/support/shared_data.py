"""Finds the real failure data that stands beside the repository on developers' and CI machines."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("CAUSELOOP_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def shared_path(relative: str) -> Path:
    """The path of one shared file; skips the calling test where the folder is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs {relative} of the shared data folder (set CAUSELOOP_SHARED to its path)")
    return path
