"""Makes issues and changes of the records that arrived, and checks that none was lost.

Mappings read the records first, batch by batch; one dbt run then normalizes what they read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from causeloop_pipeline.model.recompute import RecomputeKind
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.storage.app.recompute_requests import read_claimed_kinds
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.database.statistics import analyze_grown_tables
from causeloop_pipeline.storage.dbt.report import NormalizationReport
from causeloop_pipeline.storage.raw.conservation import (
    SourceBalance,
    check_claimed_records,
    check_conservation,
    is_count_due,
)
from causeloop_pipeline.storage.raw.imports import delete_withdrawn_issues, withdraw_undone
from causeloop_pipeline.storage.raw.mapped_records import (
    BATCH,
    FIRST,
    list_claimed,
    map_again,
    map_versions,
)
from causeloop_pipeline.storage.raw.pending_records import (
    are_changes_claimed,
    claim_all_records,
    claim_pending_records,
    count_claimed,
    finish_pending_records,
)


@dataclass(frozen=True)
class Normalization:
    """How many records of each source were claimed, and the report of the dbt run if there was one.

    read: how many of their versions had to be read by mappings.
    balances: what became of the records, by workspace; none of a rebuild, which concerns all.
    """

    claimed: Mapping[str, int] = field(default_factory=dict)
    report: NormalizationReport | None = None
    balances: Mapping[UUID, Sequence[SourceBalance]] = field(default_factory=dict)
    is_rebuild: bool = False
    read: int = 0


def normalize(
    installation: Installation, run_id: str, workspace_ids: Sequence[UUID], *, is_rebuild: bool = False
) -> Normalization:
    """Claim the pending records, make issues and changes of them in one dbt run for all, and finish them.

    `is_rebuild`: of all stored records, as when a person requested it.
    """
    with installation.database.workspaces(workspace_ids) as session:
        analyze_grown_tables(session)
        withdraw_undone(session, workspace_ids)
        claimed = claim_pending_records(session, run_id, workspace_ids)
        kinds = [read_claimed_kinds(session, run_id, workspace_id) for workspace_id in workspace_ids]
        has_changes = are_changes_claimed(session, run_id)
    is_rebuild = is_rebuild or any(RecomputeKind.EVERYTHING in requested for requested in kinds)
    if not claimed and not is_rebuild:
        with installation.database.workspaces(workspace_ids) as session:
            delete_withdrawn_issues(session, workspace_ids)
        return Normalization(claimed)
    read = read_claimed_records(installation.database, run_id, workspace_ids, is_rebuild=is_rebuild)
    report = installation.normalizer.normalize(run_id, rebuild=is_rebuild, has_changes=has_changes)
    with installation.database.workspaces(workspace_ids) as session:
        analyze_grown_tables(session)
        delete_withdrawn_issues(session, workspace_ids)
        of_workspace = (
            {}
            if is_rebuild
            else {
                workspace_id: check_claimed_records(session, run_id, workspace_id)
                for workspace_id in workspace_ids
            }
        )
        finish_pending_records(session, run_id, workspace_ids)
    return Normalization(claimed, report, of_workspace, is_rebuild, read)


def read_claimed_records(
    database: Database, run_id: str, workspace_ids: Sequence[UUID], *, is_rebuild: bool = False
) -> int:
    """Let mappings read what a run has claimed, a batch a transaction; in a rebuild it claims all."""
    with database.workspaces(workspace_ids) as session:
        claimed = claim_all_records(session, run_id) if is_rebuild else count_claimed(session, run_id)
    map_batch = map_again if is_rebuild else map_versions
    read, after = 0, (FIRST, FIRST)
    while True:
        with database.workspaces(workspace_ids) as session:
            keys = list_claimed(session.connection, run_id, after)
            read += map_batch(session.connection, keys, list(claimed))
        if len(keys) < BATCH:
            return read
        after = keys[-1]


def find_lost_records(
    session: Session, workspace_id: UUID, normalization: Normalization
) -> tuple[str | None, dict[str, int]]:
    """Count the records that a run has normalized, or once a night all of a workspace.

    What is lost in words, or None; and the counts of records and issues.
    """
    if normalization.is_rebuild or is_count_due(session, workspace_id):
        balances = check_conservation(session, workspace_id)
    else:
        balances = list(normalization.balances.get(workspace_id, ()))
    counts = {
        "records": sum(balance.records for balance in balances),
        "issues": sum(balance.issues for balance in balances),
    }
    lost = [
        f"{balance.lost} of {balance.records} records of {balance.source}"
        for balance in balances
        if not balance.balanced
    ]
    if not lost:
        return None, counts
    return (
        f"{', '.join(lost)} are neither issues that occurred nor changes nor quarantined nor waiting",
        counts,
    )
