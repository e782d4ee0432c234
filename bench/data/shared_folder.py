"""The folder of shared data: `CAUSELOOP_SHARED`, or `../shared` beside the repository.

It is never copied into the repository, so benchmarks of real data only run where it is.
"""

import os
from pathlib import Path

SHARED_FOLDER = Path(os.environ.get("CAUSELOOP_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def find_shared_file(relative: str) -> Path:
    """The path of a shared file; it may be absent."""
    return SHARED_FOLDER / relative
