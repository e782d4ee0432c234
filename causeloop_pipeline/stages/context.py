"""What a stage receives besides its workspace, and how it reports errors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
    from causeloop_pipeline.storage.database.session import Session

Counts = Mapping[str, int | float]
"""What a stage did, by name: counts only, no customer text."""

StageFunction = Callable[["Session", "ScopedWorkspace", datetime, "RunOptions"], Counts]
"""How every stage is called: the open session, the workspace, the run's `as_of`, the run's options."""


class CheckFailedError(Exception):
    """A workspace's result violates a check and is discarded."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(f"{check}: {reason}")
        self.check, self.reason = check, reason


@dataclass(frozen=True)
class RunOptions:
    """The run of a stage; `warnings` maps non-blocking failed checks to their reasons.

    `is_rebuild`: everything is computed again, changed or not: nightly or on an operator's request.
    """

    run_id: str
    is_rebuild: bool = False
    warnings: dict[str, str] = field(default_factory=dict)
