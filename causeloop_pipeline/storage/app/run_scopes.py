"""Run scopes: the workspaces that a run may read and write, from which failed checks exclude some."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

INSERT_DECLARED_SCOPE = """
insert into app.run_scope (run_id, workspace_id)
select %(run_id)s, workspace_id
from app.run_scope
where run_id = %(scope_id)s and excluded_by is null and workspace_id = any (%(allowed)s)
on conflict do nothing
"""

# A workspace whose normalization just failed is not retried at every tick.
SELECT_WITH_PENDING_RECORDS = """
select distinct p.workspace_id
from raw.pending_record as p
join raw.record as r using (workspace_id, record_id)
left join app.workspace_freshness as f
    on f.workspace_id = p.workspace_id and f.stage = 'issues' and f.verdict = 'failed'
where p.run_id is null and (r.channel <> 'poll' or not %(except_polled)s)
  and coalesce((f.details ->> 'failed_at')::timestamptz, '-infinity') < now() - interval '10 minutes'
"""

# Issues newer than the recommendations, without a recent failure; and whether patterns are newer as well.
SELECT_UNFINISHED = """
select i.workspace_id, p.as_of is not null and (r.as_of is null or r.as_of < p.as_of) as is_grouped
from app.workspace_freshness as i
left join app.workspace_freshness as p on p.workspace_id = i.workspace_id and p.stage = 'patterns'
left join app.workspace_freshness as r on r.workspace_id = i.workspace_id and r.stage = 'recommendations'
where i.stage = 'issues' and i.verdict = 'ok' and (r.as_of is null or r.as_of < i.as_of)
  and not exists (
      select from app.workspace_freshness as f
      where f.workspace_id = i.workspace_id and f.verdict = 'failed'
        and (f.details ->> 'failed_at')::timestamptz > now() - interval '10 minutes'
  )
"""

SELECT_IN_SCOPE = """
select s.workspace_id, w.timezone, o.slug || '/' || w.slug as name
from app.run_scope as s
join app.workspace as w using (workspace_id)
join app.organization as o using (organization_id)
where s.run_id = %s and s.excluded_by is null
order by w.created_at, s.workspace_id
"""

SELECT_ACTIVE = """
select w.workspace_id, o.slug || '/' || w.slug as name
from app.workspace as w
join app.organization as o using (organization_id)
where o.status = 'active' and w.archived_at is null
order by w.created_at, w.workspace_id
"""

SELECT_IS_OPEN = "select true as is_open from app.run_scope where run_id = %s limit 1"


class EmptyScopeError(RuntimeError):
    """A run without workspaces would do nothing and still succeed."""


@dataclass(frozen=True)
class ScopedWorkspace:
    """A workspace that a run works on; `name` is organization/workspace."""

    workspace_id: UUID
    timezone: str
    name: str = ""


def declare_scope(session: Session, scope_id: str, workspace_ids: Sequence[UUID]) -> None:
    """Store the workspaces of a run before it exists."""
    session.execute(
        "insert into app.run_scope (run_id, workspace_id) select %s, unnest(%s::uuid[]) "
        "on conflict do nothing",
        (scope_id, list(workspace_ids)),
    )


def open_scope(session: Session, run_id: str, scope_id: str | None, allowed: Sequence[UUID]) -> None:
    """Open a run's scope: its declared workspaces, or all allowed ones; idempotent."""
    if session.row(SELECT_IS_OPEN, (run_id,)):
        return
    if scope_id is None:
        declare_scope(session, run_id, allowed)
    else:
        session.execute(
            INSERT_DECLARED_SCOPE, {"run_id": run_id, "scope_id": scope_id, "allowed": list(allowed)}
        )
    if not session.row(SELECT_IS_OPEN, (run_id,)):
        raise EmptyScopeError(
            f"run {run_id} has no workspace in its scope: "
            "its partitions were removed since it was requested, or its scope was already deleted"
        )


def read_workspaces_in_scope(session: Session, run_id: str) -> list[ScopedWorkspace]:
    """The workspaces in a run's scope that no check has excluded."""
    return [ScopedWorkspace(**row) for row in session.rows(SELECT_IN_SCOPE, (run_id,))]


def exclude_workspace(session: Session, run_id: str, workspace_id: UUID, reason: str) -> None:
    """Exclude a workspace from the rest of a run; the first reason stays."""
    session.execute(
        "update app.run_scope set excluded_by = %s "
        "where run_id = %s and workspace_id = %s and excluded_by is null",
        (reason, run_id, workspace_id),
    )


def lock_workspace(session: Session, workspace_id: UUID) -> None:
    """Lock a workspace against other runs until the transaction ends."""
    session.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"stage of {workspace_id}",))


def read_workspaces_with_pending_records(session: Session, *, except_polled: bool) -> list[UUID]:
    """The workspaces in which unclaimed records wait to be normalized."""
    rows = session.rows(SELECT_WITH_PENDING_RECORDS, {"except_polled": except_polled})
    return [row["workspace_id"] for row in rows]


def read_unfinished_workspaces(session: Session) -> dict[UUID, bool]:
    """The workspaces whose newest issues have not reached the last stage; whether some were grouped."""
    return {row["workspace_id"]: row["is_grouped"] for row in session.rows(SELECT_UNFINISHED)}


def read_active_workspaces(session: Session) -> dict[UUID, str]:
    """The workspaces of active organizations, oldest first, with their names: organization/workspace."""
    return {row["workspace_id"]: row["name"] for row in session.rows(SELECT_ACTIVE)}


def delete_old_scopes(session: Session, older_than_days: int, unfinished: Sequence[str]) -> int:
    """Delete the scopes of runs that finished long ago; how many."""
    return session.execute(
        "delete from app.run_scope "
        "where opened_at < now() - make_interval(days => %s) and not run_id = any (%s)",
        (older_than_days, list(unfinished)),
    )
