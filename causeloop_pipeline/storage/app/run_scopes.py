"""Which workspaces a run may touch: declared by who asks for it, opened by the run, narrowed by checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

COPY = """
insert into app.run_scope (run_id, workspace_id)
select %(run_id)s, workspace_id
from app.run_scope
where run_id = %(scope_id)s and excluded_by is null and workspace_id = any (%(allowed)s)
on conflict do nothing
"""

# One whose issues could not be made a moment ago is not tried again at every tick.
WITH_ARRIVALS = """
select distinct a.workspace_id
from raw.arrival as a
join raw.record as r using (workspace_id, record_id)
left join app.workspace_freshness as f
    on f.workspace_id = a.workspace_id and f.stage = 'issues' and f.verdict = 'failed'
where a.run_id is null and (r.door <> 'poll' or not %(except_polled)s)
  and coalesce((f.details ->> 'failed_at')::timestamptz, '-infinity') < now() - interval '10 minutes'
"""

# Its issues are newer than its advice, and nothing of it has failed lately: a run must have died in between.
LEFT_BEHIND = """
select i.workspace_id
from app.workspace_freshness as i
left join app.workspace_freshness as r on r.workspace_id = i.workspace_id and r.stage = 'recommendations'
where i.stage = 'issues' and i.verdict = 'ok' and (r.as_of is null or r.as_of < i.as_of)
  and not exists (
      select from app.workspace_freshness as f
      where f.workspace_id = i.workspace_id and f.verdict = 'failed'
        and (f.details ->> 'failed_at')::timestamptz > now() - interval '10 minutes'
  )
"""

IN_SCOPE = """
select s.workspace_id, w.timezone
from app.run_scope as s
join app.workspace as w using (workspace_id)
where s.run_id = %s and s.excluded_by is null
order by w.created_at, s.workspace_id
"""


class EmptyScopeError(RuntimeError):
    """A run without a workspace would succeed and do nothing, which looks like health."""


@dataclass(frozen=True)
class ScopedWorkspace:
    """A workspace that a run works on."""

    workspace_id: UUID
    timezone: str


def declare_scope(session: Session, scope_id: str, workspace_ids: Sequence[UUID]) -> None:
    """Write down, before a run exists, which workspaces it will be for."""
    session.execute(
        "insert into app.run_scope (run_id, workspace_id) select %s, unnest(%s::uuid[]) "
        "on conflict do nothing",
        (scope_id, list(workspace_ids)),
    )


def open_scope(session: Session, run_id: str, scope_id: str | None, allowed: Sequence[UUID]) -> None:
    """Give a run the workspaces declared for it, or all that it is allowed; once, however often called."""
    if session.row("select 1 as found from app.run_scope where run_id = %s limit 1", (run_id,)):
        return
    if scope_id is None:
        declare_scope(session, run_id, allowed)
    else:
        session.execute(COPY, {"run_id": run_id, "scope_id": scope_id, "allowed": list(allowed)})
    if not session.row("select 1 as found from app.run_scope where run_id = %s limit 1", (run_id,)):
        raise EmptyScopeError(
            f"run {run_id} has no workspace in its scope: "
            "its partitions were removed since it was asked for, or its scope was already cleaned up"
        )


def workspaces_in_scope(session: Session, run_id: str) -> list[ScopedWorkspace]:
    """The workspaces that no check has taken out yet."""
    return [ScopedWorkspace(**row) for row in session.rows(IN_SCOPE, (run_id,))]


def exclude(session: Session, run_id: str, workspace_id: UUID, reason: str) -> None:
    """Take a workspace out of the rest of a run; the first reason stays."""
    session.execute(
        "update app.run_scope set excluded_by = %s "
        "where run_id = %s and workspace_id = %s and excluded_by is null",
        (reason, run_id, workspace_id),
    )


def wait_for_turn(session: Session, workspace_id: UUID) -> None:
    """Let only one run at a time work on a workspace; the turn ends with the transaction."""
    session.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"stage of {workspace_id}",))


def excluded_workspaces(session: Session, run_id: str) -> dict[UUID, str]:
    """The workspaces that were taken out of a run, with the reason."""
    rows = session.rows(
        "select workspace_id, excluded_by from app.run_scope "
        "where run_id = %s and excluded_by is not null order by workspace_id",
        (run_id,),
    )
    return {row["workspace_id"]: row["excluded_by"] for row in rows}


def workspaces_with_arrivals(session: Session, *, except_polled: bool) -> list[UUID]:
    """The workspaces in which records wait to become issues."""
    rows = session.rows(WITH_ARRIVALS, {"except_polled": except_polled})
    return [row["workspace_id"] for row in rows]


def workspaces_left_behind(session: Session) -> list[UUID]:
    """The workspaces whose issues no run has carried through to the last stage."""
    return [row["workspace_id"] for row in session.rows(LEFT_BEHIND)]


def active_workspaces(session: Session) -> list[UUID]:
    """The workspaces of active organizations, oldest first."""
    rows = session.rows(
        "select w.workspace_id from app.workspace as w join app.organization as o using (organization_id) "
        "where o.status = 'active' order by w.created_at, w.workspace_id"
    )
    return [row["workspace_id"] for row in rows]


def forget_scopes(session: Session, older_than_days: int, unfinished: Sequence[str]) -> int:
    """Delete the scopes of long finished runs; the number of rows."""
    return session.execute(
        "delete from app.run_scope "
        "where opened_at < now() - make_interval(days => %s) and not run_id = any (%s)",
        (older_than_days, list(unfinished)),
    )
