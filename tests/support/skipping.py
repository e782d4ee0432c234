"""Skipping: what anyone's machine may lack, continuous integration must have."""

import os

NOT_IN_THE_REPOSITORY = "of the shared data folder"
"""Of the messages of tests that need data which is no part of the repository."""

ONLY_ROOT = "only root's server runs as another user"
ALLOWED = (NOT_IN_THE_REPOSITORY, ONLY_ROOT)


def is_demanded(reason: object) -> bool:
    """Whether a test may not be skipped here for this reason: CI is set, and it is none of the exceptions."""
    is_ci = os.environ.get("CI", "").lower() in {"1", "true"}
    return is_ci and not any(exception in str(reason) for exception in ALLOWED)
