"""The last full grouping of a workspace: what it was made from, and the index that assigns new issues."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

SELECT_GROUPING_STATE = """
select algorithm_version, input_digest, corrections_digest, issue_count,
       substring(pattern_index for 32) as index_start, stale_since
from detect.grouping_state
where workspace_id = %s
"""

SELECT_PATTERN_INDEX = "select pattern_index from detect.grouping_state where workspace_id = %s"

UPSERT_GROUPING_STATE = """
insert into detect.grouping_state (
    workspace_id, algorithm_version, input_digest, corrections_digest, issue_count, pattern_index, churn,
    stale_since
)
values (%(workspace_id)s, %(algorithm_version)s, %(input_digest)s, %(corrections_digest)s, %(issue_count)s,
        %(pattern_index)s, %(churn)s, null)
on conflict (workspace_id) do update set
    algorithm_version = excluded.algorithm_version, input_digest = excluded.input_digest,
    corrections_digest = excluded.corrections_digest, issue_count = excluded.issue_count,
    pattern_index = excluded.pattern_index, churn = excluded.churn, stale_since = excluded.stale_since,
    grouped_at = now()
"""

UPDATE_STALE_SINCE = """
update detect.grouping_state set stale_since = coalesce(stale_since, now()) where workspace_id = %s
"""


@dataclass(frozen=True)
class GroupingState:
    """What a full grouping was made from."""

    algorithm_version: str
    input_digest: str
    corrections_digest: str
    issue_count: int


@dataclass(frozen=True)
class StoredGroupingState(GroupingState):
    """The same as stored, with the first bytes of the pattern index, which name its format."""

    index_start: bytes
    stale_since: datetime | None

    @property
    def is_stale(self) -> bool:
        """Whether retention has deleted issues that the grouping still holds."""
        return self.stale_since is not None


def read_grouping_state(session: Session, workspace_id: UUID) -> StoredGroupingState | None:
    """The state of the last full grouping, if there was one."""
    row = session.row(SELECT_GROUPING_STATE, (workspace_id,))
    return StoredGroupingState(**row) if row else None


def write_grouping_state(
    session: Session, workspace_id: UUID, state: GroupingState, *, pattern_index: bytes, churn: float | None
) -> None:
    """Store the state of a full grouping in place of the one before."""
    parameters = {
        "workspace_id": workspace_id,
        "algorithm_version": state.algorithm_version,
        "input_digest": state.input_digest,
        "corrections_digest": state.corrections_digest,
        "issue_count": state.issue_count,
        "pattern_index": pattern_index,
        "churn": churn,
    }
    session.execute(UPSERT_GROUPING_STATE, parameters)


def mark_grouping_stale(session: Session, workspace_id: UUID) -> None:
    """Let the next run group all issues again, because some of those grouped were deleted."""
    session.execute(UPDATE_STALE_SINCE, (workspace_id,))


def read_pattern_index(session: Session, workspace_id: UUID) -> bytes:
    """The index that assigns new issues. Raises `LookupError` before the first grouping."""
    row = session.row(SELECT_PATTERN_INDEX, (workspace_id,))
    if row is None:
        raise LookupError(f"workspace {workspace_id} has no pattern index: its issues were never grouped")
    return bytes(row["pattern_index"])


def store_pattern_index(session: Session, workspace_id: UUID, pattern_index: bytes) -> None:
    """Store the index with the new issues in it, for the issues after them."""
    session.execute(
        "update detect.grouping_state set pattern_index = %s where workspace_id = %s",
        (pattern_index, workspace_id),
    )


def mark_grouped(session: Session, workspace_id: UUID) -> int:
    """Mark every fingerprint as seen by the grouping; how many were not."""
    return session.execute(
        "update detect.fingerprint set grouped_changed_at = issue_changed_at "
        "where workspace_id = %s and grouped_changed_at is distinct from issue_changed_at",
        (workspace_id,),
    )


def read_grouping_settings(session: Session, workspace_id: UUID) -> tuple[bool, float]:
    """Whether issues are linked automatically in this workspace, and from which confidence on."""
    row = session.row(
        "select ai_auto_link, ai_confidence_threshold from app.workspace_settings where workspace_id = %s",
        (workspace_id,),
    )
    return (row["ai_auto_link"], row["ai_confidence_threshold"]) if row else (True, 0.6)
