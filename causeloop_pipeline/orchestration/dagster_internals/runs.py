"""Names of code locations and states of workers. Buys: own runs are known, and lost ones fail at once."""

from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.storage.tags import REPOSITORY_LABEL_TAG

__all__ = [
    "IMPORTED_BY_RUNS",
    "REPOSITORY_LABEL_TAG",
    "SINGLETON_REPOSITORY_NAME",
    "CheckRunHealthResult",
    "WorkerStatus",
]

IMPORTED_BY_RUNS = ("dagster._core.instance.factory",)
"""What a run imports when it begins."""
