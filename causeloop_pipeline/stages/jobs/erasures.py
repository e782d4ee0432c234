"""Erases the workspaces whose owners requested it by the API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.erasure.requests import (
    delete_requested_tenant,
    exclude_from_runs,
    read_due_erasures,
)
from causeloop_pipeline.storage.erasure.workspaces import erase_workspace


@dataclass(frozen=True)
class ErasureReport:
    """How many workspaces were erased, and how many wait for runs in progress."""

    erased: int
    postponed: int


def erase_requested(installation: Installation, erase_runs: Callable[[Sequence[str]], bool]) -> ErasureReport:
    """Erase all due workspaces; `erase_runs` clears the run history unless runs are in progress."""
    with installation.database.every_workspace() as session:
        due = read_due_erasures(session)
        for workspace in due:
            exclude_from_runs(session, workspace)
    erased = 0
    for workspace in due:
        if not erase_runs(workspace.all_names):
            continue
        url = installation.settings.require("pipeline_database_url")
        erase_workspace(
            url,
            workspace,
            delete_tenant=delete_requested_tenant,
            before_last=partial(erase_runs, workspace.all_names),
        )
        erased += 1
    return ErasureReport(erased, len(due) - erased)
