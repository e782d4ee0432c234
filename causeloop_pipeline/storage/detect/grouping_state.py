"""The last full grouping of a workspace: its inputs, and the index that assigns new issues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.database.session import Session

SELECT_GROUPING_STATE = """
select algorithm_version, input_digest, corrections_digest, issue_count,
       substring(pattern_index for 32) as index_start, stale_since, added_issues + (
           select count(*) from core.issue as i
           where i.workspace_id = g.workspace_id and i.is_ungrouped
             and not exists (select from detect.fingerprint as f
                             where f.workspace_id = i.workspace_id and f.issue_id = i.issue_id
                               and f.grouped_changed_at is not null
                             offset 0)
       ) as added_count
from detect.grouping_state as g
where workspace_id = %s
"""

SELECT_PATTERN_INDEX_HEAD = "select pattern_index from detect.grouping_state where workspace_id = %s"

SELECT_PATTERN_INDEX_PARTS = """
select content from detect.pattern_index_part where workspace_id = %s order by place
"""

SELECT_PART_DIGESTS = "select place, digest from detect.pattern_index_part where workspace_id = %s"

UPSERT_PART = """
insert into detect.pattern_index_part (workspace_id, place, digest, content) values (%s, %s, %s, %s)
on conflict (workspace_id, place) do update set digest = excluded.digest, content = excluded.content
"""

UPSERT_GROUPING_STATE = """
insert into detect.grouping_state (
    workspace_id, algorithm_version, input_digest, corrections_digest, issue_count, pattern_index, churn,
    similarity_model, stale_since
)
values (%(workspace_id)s, %(algorithm_version)s, %(input_digest)s, %(corrections_digest)s, %(issue_count)s,
        %(pattern_index)s, %(churn)s, %(similarity_model)s, null)
on conflict (workspace_id) do update set
    algorithm_version = excluded.algorithm_version, input_digest = excluded.input_digest,
    corrections_digest = excluded.corrections_digest, issue_count = excluded.issue_count,
    pattern_index = excluded.pattern_index, churn = excluded.churn, stale_since = excluded.stale_since,
    similarity_model = excluded.similarity_model,
    grouped_at = now(), clustered_patterns = null, added_issues = 0
"""

UPDATE_UNGROUPED_FINGERPRINTS = """
update detect.fingerprint
set grouped_changed_at = issue_changed_at
where workspace_id = %(workspace_id)s and grouped_changed_at is distinct from issue_changed_at
  and (%(issue_ids)s::uuid[] is null or issue_id = any (%(issue_ids)s::uuid[]))
"""

# An issue that changed since its fingerprint was computed is left to the next run.
UPDATE_UNGROUPED_ISSUES = """
update core.issue as i
set is_ungrouped = false
where i.workspace_id = %s and i.is_ungrouped
  and (select f.grouped_changed_at from detect.fingerprint as f
       where f.workspace_id = i.workspace_id and f.issue_id = i.issue_id) is not distinct from i.changed_at
"""

UPDATE_STALE_SINCE = """
update detect.grouping_state set stale_since = coalesce(stale_since, now()) where workspace_id = %s
"""


@dataclass(frozen=True)
class GroupingState:
    """The inputs of a full grouping."""

    algorithm_version: str
    input_digest: str
    corrections_digest: str
    issue_count: int


@dataclass(frozen=True)
class StoredGroupingState(GroupingState):
    """The same as stored, with the first bytes of the pattern index, which name its format.

    added_count: the number of issues assigned since.
    """

    index_start: bytes
    stale_since: datetime | None
    added_count: int

    @property
    def is_stale(self) -> bool:
        """Whether retention has deleted issues that the grouping still contains."""
        return self.stale_since is not None


def read_grouping_state(session: Session, workspace_id: UUID) -> StoredGroupingState | None:
    """The state of the last full grouping, if there was one."""
    row = session.row(SELECT_GROUPING_STATE, (workspace_id,))
    return StoredGroupingState(**row) if row else None


def write_grouping_state(
    session: Session,
    workspace_id: UUID,
    state: GroupingState,
    *,
    pattern_index: Sequence[bytes],
    churn: float | None,
    similarity_model: Mapping[str, Any] | None = None,
) -> None:
    """Replace the state of the last full grouping, with its index in parts."""
    parameters = {
        "workspace_id": workspace_id,
        "algorithm_version": state.algorithm_version,
        "input_digest": state.input_digest,
        "corrections_digest": state.corrections_digest,
        "issue_count": state.issue_count,
        "pattern_index": pattern_index[0],
        "churn": churn,
        "similarity_model": None if similarity_model is None else Jsonb(dict(similarity_model)),
    }
    session.execute(UPSERT_GROUPING_STATE, parameters)
    _write_parts(session, workspace_id, pattern_index[1:])


def mark_grouping_stale(session: Session, workspace_id: UUID) -> None:
    """Make the next run group all issues again, because some grouped ones were deleted."""
    session.execute(UPDATE_STALE_SINCE, (workspace_id,))


def read_pattern_index(session: Session, workspace_id: UUID) -> list[bytes]:
    """The parts of the index that assigns new issues. Raises `LookupError` before the first grouping."""
    head = read_pattern_index_head(session, workspace_id)
    parts = session.connection.execute(SELECT_PATTERN_INDEX_PARTS, (workspace_id,), binary=True).fetchall()
    return [head, *(part["content"] for part in parts)]


def read_pattern_index_head(session: Session, workspace_id: UUID) -> bytes:
    """The first part of the index. Raises `LookupError` before the first grouping."""
    row = session.connection.execute(SELECT_PATTERN_INDEX_HEAD, (workspace_id,), binary=True).fetchone()
    if row is None:
        raise LookupError(f"workspace {workspace_id} has no pattern index: its issues were never grouped")
    return bytes(row["pattern_index"])


def store_pattern_index(
    session: Session,
    workspace_id: UUID,
    pattern_index: Sequence[bytes],
    *,
    before: Sequence[bytes] = (),
    added_issues: int = 0,
) -> int:
    """Store the index, extended by issues since the full grouping, in parts; returns how many were written.

    Unchanged parts are not written; a part that is the same object as `before` is not even compared.
    `added_issues`: the number of issues assigned since the full grouping.
    """
    head, *parts = pattern_index
    session.execute(
        "update detect.grouping_state set pattern_index = %s, added_issues = %s where workspace_id = %s",
        (head, added_issues, workspace_id),
    )
    return 1 + _write_parts(session, workspace_id, parts, before[1:])


def _write_parts(
    session: Session, workspace_id: UUID, parts: Sequence[bytes], before: Sequence[bytes] = ()
) -> int:
    stored = {row["place"]: row["digest"] for row in session.rows(SELECT_PART_DIGESTS, (workspace_id,))}
    digests = {
        place: blake2b(part, digest_size=16).hexdigest()
        for place, part in enumerate(parts)
        if place >= len(before) or part is not before[place]
    }
    changed = [place for place, digest in digests.items() if stored.get(place) != digest]
    for place in changed:
        session.execute(UPSERT_PART, (workspace_id, place, digests[place], parts[place]))
    session.execute(
        "delete from detect.pattern_index_part where workspace_id = %s and place >= %s",
        (workspace_id, len(parts)),
    )
    return len(changed)


def mark_grouped(session: Session, workspace_id: UUID, issue_ids: Sequence[str] | None = None) -> int:
    """Mark all fingerprints and their issues, or those of new issues, as grouped; returns how many were not.

    The new ones are listed, because the planner expects every fingerprint to be ungrouped.
    """
    parameters = {"workspace_id": workspace_id, "issue_ids": None if issue_ids is None else list(issue_ids)}
    session.execute(UPDATE_UNGROUPED_FINGERPRINTS, parameters)
    return session.execute(UPDATE_UNGROUPED_ISSUES, (workspace_id,))


def read_risks_scored_at(session: Session, workspace_id: UUID) -> datetime | None:
    """When the risk of all issues was last scored; None before that."""
    row = session.row(
        "select risks_scored_at from detect.grouping_state where workspace_id = %s", (workspace_id,)
    )
    return row["risks_scored_at"] if row else None


def set_risks_scored_at(session: Session, workspace_id: UUID, as_of: datetime) -> None:
    """Record that the risk of all issues was scored."""
    session.execute(
        "update detect.grouping_state set risks_scored_at = %s where workspace_id = %s", (as_of, workspace_id)
    )


def read_grouping_settings(session: Session, workspace_id: UUID) -> tuple[bool, float]:
    """Whether this workspace links issues automatically, and from which confidence on."""
    row = session.row(
        "select ai_auto_link, ai_confidence_threshold from app.workspace_settings where workspace_id = %s",
        (workspace_id,),
    )
    return (row["ai_auto_link"], row["ai_confidence_threshold"]) if row else (True, 0.6)
