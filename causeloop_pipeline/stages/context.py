"""What a stage is given beside its workspace, and how it says what went wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
    from causeloop_pipeline.storage.database.session import Session

Counts = Mapping[str, int | float]
"""What a stage did, by name: counts only, nothing that a customer wrote."""

StageFunction = Callable[["Session", "ScopedWorkspace", datetime, "RunOptions"], Counts]
"""How every stage is called: the open session, the workspace, the run's `as_of`, the run's options."""


class CheckFailedError(Exception):
    """A workspace's result breaks what a check promises: it is not kept."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(f"{check}: {reason}")
        self.check, self.reason = check, reason


@dataclass(frozen=True)
class RunOptions:
    """The run that a stage is part of; `warnings` are failed checks that stop nothing, check → reason.

    `is_rebuild`: everything is computed again whatever has changed, at night or because an operator wants it.
    """

    run_id: str
    is_rebuild: bool = False
    warnings: dict[str, str] = field(default_factory=dict)
