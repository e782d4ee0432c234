"""Patterns, who belongs to them and why, and what people said of that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

PATTERNS = """
select pattern_id, name, kind, status, confidence, fingerprint, issue_count, first_seen_at, last_seen_at,
       mttr_seconds, risk_score, resolved_at
from detect.pattern
where workspace_id = %s
order by pattern_id
"""

MEMBERS = """
select m.pattern_id, m.issue_id, m.similarity, m.confidence, m.reason, m.nearest_pattern_id,
       m.nearest_missing, p.status
from detect.pattern_member as m
join detect.pattern as p using (workspace_id, pattern_id)
where m.workspace_id = %s
order by m.pattern_id, m.issue_id
"""

CONSTRAINTS = """
select kind, left_issue_id, right_issue_id
from detect.pattern_constraint
where workspace_id = %s
order by made_at, constraint_id
"""

VERDICTS = """
select left_issue_id, right_issue_id, together as same
from detect.pattern_verdict
where workspace_id = %s and left_issue_id is not null and right_issue_id is not null
order by made_at, verdict_id
"""

PEOPLE = """
select md5(coalesce(string_agg(said, ',' order by said), '')) as digest
from (
    select constraint_id::text as said from detect.pattern_constraint where workspace_id = %(workspace_id)s
    union all
    select verdict_id::text from detect.pattern_verdict where workspace_id = %(workspace_id)s
) as facts
"""

BROKEN_CONSTRAINTS = """
select count(*) as broken
from detect.pattern_constraint as c
join detect.pattern_member as l on l.workspace_id = c.workspace_id and l.issue_id = c.left_issue_id
join detect.pattern_member as r on r.workspace_id = c.workspace_id and r.issue_id = c.right_issue_id
where c.workspace_id = %s and (c.kind = 'must') <> (l.pattern_id = r.pattern_id)
"""

MARK_ISSUES = """
update core.issue as i
set pattern_id = m.pattern_id,
    status = case when i.status = 'open' and i.pattern_id is null then 'in_loop' else i.status end
from detect.pattern_member as m
where i.workspace_id = %s and m.workspace_id = i.workspace_id and m.issue_id = i.issue_id
  and i.pattern_id is distinct from m.pattern_id
"""

UNMARK_ISSUES = """
update core.issue as i
set pattern_id = null, status = case when i.status = 'in_loop' then 'open' else i.status end
where i.workspace_id = %s and i.pattern_id is not null
  and not exists (select from detect.pattern_member as m
                  where m.workspace_id = i.workspace_id and m.issue_id = i.issue_id)
"""

STATE = """
insert into detect.grouping_state (
    workspace_id, algorithm_version, input_digest, output_digest, people_digest, issue_count, pattern_index,
    computed_at, churn
)
values (%(workspace_id)s, %(algorithm_version)s, %(input_digest)s, %(output_digest)s, %(people_digest)s,
        %(issue_count)s, %(pattern_index)s, now(), %(churn)s)
on conflict (workspace_id) do update set
    algorithm_version = excluded.algorithm_version, input_digest = excluded.input_digest,
    output_digest = excluded.output_digest, people_digest = excluded.people_digest,
    issue_count = excluded.issue_count, pattern_index = excluded.pattern_index,
    computed_at = excluded.computed_at, churn = excluded.churn
"""


@dataclass(frozen=True)
class GroupingState:
    """What the last full grouping saw and gave, and the beginning of the index that assigns newcomers."""

    algorithm_version: str
    input_digest: str
    output_digest: str
    people_digest: str
    index_start: bytes
    issue_count: int
    computed_at: datetime


def read_patterns(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """The patterns of a workspace."""
    return session.read(PATTERNS, (workspace_id,), schema=schema)


def read_pattern_risks(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """The risk of each pattern that has been scored, as frame(id, risk_score)."""
    return session.read(
        "select pattern_id as id, risk_score from detect.pattern "
        "where workspace_id = %s and risk_score is not null order by pattern_id",
        (workspace_id,),
        schema=schema,
    )


def read_members(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """Which issue belongs to which pattern, why, and the pattern's status: as much of it as is asked for."""
    return session.read(MEMBERS, (workspace_id,), schema=schema)


def read_constraints(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """What people said belongs together or apart, oldest first."""
    return session.read(CONSTRAINTS, (workspace_id,), schema=schema)


def read_verdicts(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """What people said of links the product had made, oldest first."""
    return session.read(VERDICTS, (workspace_id,), schema=schema)


def read_grouping_state(session: Session, workspace_id: UUID) -> GroupingState | None:
    """What the last full grouping left behind, if there was one."""
    row = session.row(
        "select algorithm_version, input_digest, output_digest, people_digest, "
        "substring(pattern_index for 32) as index_start, issue_count, computed_at "
        "from detect.grouping_state where workspace_id = %s",
        (workspace_id,),
    )
    return GroupingState(**row) if row else None


def read_pattern_index(session: Session, workspace_id: UUID) -> bytes:
    """The index that assigns newcomers. Raises `LookupError` before the first grouping."""
    row = session.row(
        "select pattern_index from detect.grouping_state where workspace_id = %s", (workspace_id,)
    )
    if row is None:
        raise LookupError(f"workspace {workspace_id} has never been grouped")
    return bytes(row["pattern_index"])


def people_digest(session: Session, workspace_id: UUID) -> str:
    """Names the set of links, unlinks and verdicts: each is a fact, so their ids are enough."""
    row = session.row(PEOPLE, {"workspace_id": workspace_id})
    return str(row["digest"]) if row else ""


def broken_constraints(session: Session, workspace_id: UUID) -> int:
    """How many links or unlinks the present patterns disobey: must be none."""
    row = session.row(BROKEN_CONSTRAINTS, (workspace_id,))
    return int(row["broken"]) if row else 0


def replace_patterns(
    session: Session,
    workspace_id: UUID,
    patterns: pl.DataFrame,
    members: pl.DataFrame,
) -> None:
    """Make a grouping the workspace's only one; a resolved pattern stays so until a recurrence reopens it."""
    _upsert_patterns(session, workspace_id, patterns, settled=("resolved",))
    session.replace("detect.pattern_member", _owned(members, workspace_id), workspace_id)
    session.execute(
        "delete from detect.pattern where workspace_id = %s and not pattern_id = any (%s::uuid[])",
        (workspace_id, patterns["pattern_id"].to_list()),
    )
    _mark_issues(session, workspace_id)


def add_members(session: Session, workspace_id: UUID, patterns: pl.DataFrame, members: pl.DataFrame) -> None:
    """Put newcomers into patterns, some of them new; only a full grouping doubts a pattern once trusted."""
    _upsert_patterns(session, workspace_id, patterns, settled=("resolved", "active"))
    session.upsert("detect.pattern_member", _owned(members, workspace_id), key=["workspace_id", "issue_id"])
    _mark_issues(session, workspace_id)


def keep_index(session: Session, workspace_id: UUID, pattern_index: bytes) -> None:
    """Keep the index with the newcomers in it, for the next ones."""
    session.execute(
        "update detect.grouping_state set pattern_index = %s where workspace_id = %s",
        (pattern_index, workspace_id),
    )


def mark_grouped(session: Session, workspace_id: UUID) -> int:
    """Note that the grouping has seen every fingerprint there is."""
    return session.execute(
        "update detect.fingerprint set grouped_changed_at = issue_changed_at "
        "where workspace_id = %s and grouped_changed_at is distinct from issue_changed_at",
        (workspace_id,),
    )


def read_grouping_settings(session: Session, workspace_id: UUID) -> tuple[bool, float]:
    """Whether the product may link by itself, and how sure it must be."""
    row = session.row(
        "select ai_auto_link, ai_confidence_threshold from app.workspace_settings where workspace_id = %s",
        (workspace_id,),
    )
    return (row["ai_auto_link"], row["ai_confidence_threshold"]) if row else (True, 0.6)


def append_lineage(session: Session, workspace_id: UUID, lineage: pl.DataFrame) -> int:
    """Note where the issues of vanished or changed patterns went."""
    return session.insert("detect.pattern_lineage", _owned(lineage, workspace_id))


def write_grouping_state(session: Session, workspace_id: UUID, **state: Any) -> None:
    """Keep what a full grouping saw and gave."""
    session.execute(STATE, {"workspace_id": workspace_id, **state})


def set_pattern_risks(session: Session, workspace_id: UUID, risks: pl.DataFrame) -> int:
    """Write the risk of patterns, of frame(id, risk_score); only rows that differ are touched."""
    session.execute("drop table if exists pg_temp.pattern_risk")
    session.stage("pattern_risk", risks.rename({"id": "pattern_id"}), like="detect.pattern")
    return session.execute(
        "update detect.pattern as p set risk_score = r.risk_score from pattern_risk as r "
        "where p.workspace_id = %s and p.pattern_id = r.pattern_id "
        "and p.risk_score is distinct from r.risk_score",
        (workspace_id,),
    )


def _upsert_patterns(
    session: Session, workspace_id: UUID, patterns: pl.DataFrame, settled: tuple[str, ...]
) -> None:
    """Write patterns, except for the status of those that have one of the settled ones."""
    kept = session.rows(
        "select pattern_id::text, status as kept from detect.pattern "
        "where workspace_id = %s and status = any (%s)",
        (workspace_id, list(settled)),
    )
    known = pl.DataFrame(kept, schema={"pattern_id": pl.String, "kept": pl.String})
    rows = patterns.join(known, on="pattern_id", how="left", maintain_order="left")
    rows = rows.with_columns(status=pl.coalesce("kept", "status")).drop("kept")
    session.upsert("detect.pattern", _owned(rows, workspace_id), key=["workspace_id", "pattern_id"])


def _owned(frame: pl.DataFrame, workspace_id: UUID) -> pl.DataFrame:
    return frame.with_columns(workspace_id=pl.lit(str(workspace_id)))


def _mark_issues(session: Session, workspace_id: UUID) -> None:
    session.execute(MARK_ISSUES, (workspace_id,))
    session.execute(UNMARK_ISSUES, (workspace_id,))
