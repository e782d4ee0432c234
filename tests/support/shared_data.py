"""Finds the real failure data that stands beside the repository on developers' and CI machines."""

from pathlib import Path

import pytest

from bench.data.shared_folder import find_shared_file


def find_shared_path(relative: str) -> Path:
    """The path of one shared file; skips the calling test where the folder is absent."""
    path = find_shared_file(relative)
    if not path.exists():
        pytest.skip(f"needs {relative} of the shared data folder (set CAUSELOOP_SHARED to its path)")
    return path
