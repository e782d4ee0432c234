"""The partition of each workspace in Dagster: `organization/workspace`, as Dagster has it now.

It is stored with the workspace, so that a run whose workspace is renamed meanwhile still finds it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

SELECT_NAMED = """
select w.workspace_id, o.slug || '/' || w.slug as name, w.partition,
       o.status = 'active' and w.archived_at is null as is_active
from app.workspace as w
join app.organization as o using (organization_id)
order by w.created_at, w.workspace_id
"""
UPDATE_PARTITIONS = """
update app.workspace as w
set partition = stored.partition,
    former_partitions = case
        when w.partition <> stored.partition and not w.partition = any (w.former_partitions)
        then w.former_partitions || w.partition else w.former_partitions
    end
from unnest(%s::uuid[], %s::text[]) as stored (workspace_id, partition)
where w.workspace_id = stored.workspace_id
"""
SELECT_PARTITIONS = """
select workspace_id, partition from app.workspace where workspace_id = any (%s) and partition is not null
"""
SELECT_WORKSPACES = "select workspace_id, partition from app.workspace where partition = any (%s)"
LOCK = "select pg_advisory_xact_lock(hashtextextended('partitions of workspaces', 0))"


@dataclass(frozen=True)
class NamedWorkspace:
    """A workspace with its name, and the partition that it has in Dagster, which may have an earlier name."""

    workspace_id: UUID
    name: str
    partition: str | None
    is_active: bool

    @property
    def is_misnamed(self) -> bool:
        """Whether its partition has another name than it, or is still to be named."""
        return self.partition != self.name and (self.is_active or self.partition is not None)


def read_named_workspaces(session: Session) -> list[NamedWorkspace]:
    """Every workspace, oldest first; active are those that the pipeline works for."""
    return [NamedWorkspace(**row) for row in session.rows(SELECT_NAMED)]


def lock_partitions(session: Session) -> None:
    """Let nobody else change partitions until the transaction ends."""
    session.execute(LOCK)


def store_partitions(session: Session, partitions: Mapping[UUID, str]) -> None:
    """Store the partitions that workspaces have in Dagster from now on."""
    if partitions:
        session.execute(UPDATE_PARTITIONS, (list(partitions), list(partitions.values())))


def read_partitions(session: Session, workspace_ids: Collection[UUID]) -> dict[UUID, str]:
    """The partitions of those of these workspaces that have one."""
    rows = session.rows(SELECT_PARTITIONS, (list(workspace_ids),))
    return {row["workspace_id"]: row["partition"] for row in rows}


def find_workspaces(session: Session, partitions: Sequence[str]) -> dict[UUID, str]:
    """The workspaces of some partitions, each with its partition; one that others added has none."""
    rows = session.rows(SELECT_WORKSPACES, (list(partitions),))
    return {row["workspace_id"]: row["partition"] for row in rows}
