"""Skips what a developer's machine may lack, but fails where continuous integration lacks it."""

import os

NOT_IN_THE_REPOSITORY = "of the shared data folder"
"""Parts of skip messages of tests whose data is not in the repository."""

ONLY_ROOT = "only root's server runs as another user"
NO_HISTORY = "clone with all of the history of git"
"""A clone without it can be tested all the same; the workflow's clones have it."""

NO_ENCODER = "CAUSELOOP_SEMANTIC_FOLDER names no encoder"
"""Its weights are an operator's own."""

ALLOWED = (NOT_IN_THE_REPOSITORY, ONLY_ROOT, NO_HISTORY, NO_ENCODER)


def is_demanded(reason: object) -> bool:
    """Whether skipping for this reason must fail: CI is set, and the reason is not an exception."""
    is_ci = os.environ.get("CI", "").lower() in {"1", "true"}
    return is_ci and not any(exception in str(reason) for exception in ALLOWED)
