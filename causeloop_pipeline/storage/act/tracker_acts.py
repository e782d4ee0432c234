"""What is done by itself on issues in their trackers: what was decided, what is due, and what came of it.

As with tickets, an attempt is counted and committed before it begins, so that no two overlap, and the
comment of an attempt that was killed is recognized by its marker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from causeloop_pipeline.model.issue import OPEN_STATUSES
from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.model.tracker_act import TrackerActKind, TrackerActMode, TrackerActStatus
from causeloop_pipeline.storage.database.session import Session

MAX_ATTEMPTS = 8
VALUES = {
    "comment": TrackerActKind.COMMENT.value,
    "close": TrackerActKind.CLOSE.value,
    "live": TrackerActMode.LIVE.value,
    "shadow": TrackerActStatus.SHADOW.value,
    "queued": TrackerActStatus.QUEUED.value,
    "sent": TrackerActStatus.SENT.value,
    "failed": TrackerActStatus.FAILED.value,
    "held": Verdict.HELD.value,
    "open": [status.value for status in OPEN_STATUSES],
}

IS_DUE = """
(a.status = %(queued)s or (a.status = %(sent)s and a.is_edit_due))
and case a.kind when %(comment)s then s.comment_mode else s.close_mode end = %(live)s
and (
    a.attempts = 0
    or a.updated_at <= now() - least(interval '2 minutes' * 2 ^ (a.attempts - 1), interval '1 hour')
)
"""

SELECT_WORKSPACES = f"""
select distinct a.workspace_id
from act.tracker_act as a
join app.workspace_settings as s on s.workspace_id = a.workspace_id
join app.active_workspace as w on w.workspace_id = a.workspace_id
where {IS_DUE}
order by a.workspace_id
"""

UPDATE_ATTEMPTS = f"""
update act.tracker_act as t
set attempts = t.attempts + 1, updated_at = now(), error = null
where t.workspace_id = %(workspace_id)s and t.act_id = (
    select a.act_id
    from act.tracker_act as a
    join app.workspace_settings as s on s.workspace_id = a.workspace_id
    where a.workspace_id = %(workspace_id)s and {IS_DUE}
    order by a.decided_at, a.act_id
    limit 1
    for update of a skip locked
)
returning t.workspace_id, t.act_id, t.kind, t.connector_id, t.place, t.body, t.status, t.attempts,
    t.external_id
"""

UPDATE_SENT = """
update act.tracker_act
set status = %(sent)s, external_id = %(external_id)s, external_url = %(external_url)s, error = null,
    attempts = 0, is_edit_due = body is distinct from %(body)s, updated_at = now()
where workspace_id = %(workspace_id)s and act_id = %(act_id)s
"""

UPDATE_FAILED = """
update act.tracker_act
set error = %(error)s, updated_at = now(),
    status = case when %(is_final)s and status = %(queued)s then %(failed)s else status end,
    is_edit_due = is_edit_due and not %(is_final)s
where workspace_id = %(workspace_id)s and act_id = %(act_id)s
"""

SELECT_MODES = """
select comment_mode, close_mode, proof_window_days from app.workspace_settings where workspace_id = %s
"""

INSERT_ACT = """
insert into act.tracker_act as a (
    workspace_id, kind, issue_id, pattern_id, connector_id, place, body, status
)
values (
    %(workspace_id)s, %(kind)s, %(issue_id)s, %(pattern_id)s, %(connector_id)s, %(place)s, %(body)s,
    %(status)s
)
on conflict (workspace_id, kind, issue_id) do update
set body = excluded.body, pattern_id = excluded.pattern_id,
    is_edit_due = a.is_edit_due or a.status = %(sent)s
where a.body is distinct from excluded.body and a.status <> %(failed)s and a.is_right is null
"""

# A comment was wrong where its issue is no longer a member of the pattern; closing was wrong where the
# pattern came back, and right where it has stayed away for the proof window.
UPDATE_JUDGED = """
update act.tracker_act as a
set is_right = v.is_right, judged_by = v.judged_by, judged_at = now()
from (
    select t.act_id, false as is_right, 'the grouping' as judged_by
    from act.tracker_act as t
    join core.issue as i on i.workspace_id = t.workspace_id and i.issue_id = t.issue_id
    where t.workspace_id = %(workspace_id)s and t.is_right is null and t.kind = %(comment)s
        and i.pattern_id is distinct from t.pattern_id
    union all
    select t.act_id, not later.came_back, 'what came after'
    from act.tracker_act as t
    cross join lateral (
        select exists (
            select from core.issue as m
            join core.occurrence as o on o.workspace_id = m.workspace_id and o.issue_id = m.issue_id
            where m.workspace_id = t.workspace_id and m.pattern_id = t.pattern_id
                and o.started_at > t.decided_at
        ) as came_back
    ) as later
    where t.workspace_id = %(workspace_id)s and t.is_right is null and t.kind = %(close)s
        and (later.came_back or t.decided_at <= now() - make_interval(days => %(proof_window_days)s))
) as v
where a.workspace_id = %(workspace_id)s and a.act_id = v.act_id
"""


@dataclass(frozen=True)
class DueAct:
    """An act that is due: a comment to write or to write again, or an issue to close."""

    workspace_id: UUID
    act_id: UUID
    kind: str
    connector_id: UUID
    place: str
    body: str
    status: str
    attempts: int
    external_id: str | None


@dataclass(frozen=True)
class ActModes:
    """How far each kind of act may go in a workspace."""

    comment_mode: TrackerActMode
    close_mode: TrackerActMode
    proof_window_days: int


@dataclass(frozen=True)
class DecidedAct:
    """What is to be done, or only listed, on an issue."""

    kind: TrackerActKind
    issue_id: str
    pattern_id: str
    connector_id: UUID
    place: str
    body: str
    status: TrackerActStatus


def read_modes(session: Session, workspace_id: UUID) -> ActModes:
    """The modes of a workspace."""
    row = session.row(SELECT_MODES, (workspace_id,))
    if row is None:
        return ActModes(TrackerActMode.OFF, TrackerActMode.OFF, 0)
    return ActModes(
        TrackerActMode(row["comment_mode"]), TrackerActMode(row["close_mode"]), row["proof_window_days"]
    )


def write_decided(session: Session, workspace_id: UUID, acts: Sequence[DecidedAct]) -> int:
    """Store what was decided, once an issue and kind; what has changed since is to be written again."""
    changed = 0
    for act in acts:
        parameters: Mapping[str, Any] = {
            "workspace_id": workspace_id,
            "kind": act.kind.value,
            "issue_id": act.issue_id,
            "pattern_id": act.pattern_id,
            "connector_id": act.connector_id,
            "place": act.place,
            "body": act.body,
            "status": act.status.value,
        }
        changed += session.execute(INSERT_ACT, VALUES | dict(parameters))
    return changed


def judge_by_outcome(session: Session, workspace_id: UUID, proof_window_days: int) -> int:
    """Judge the acts of which it shows by now whether they were right; returns how many."""
    parameters = {"workspace_id": workspace_id, "proof_window_days": proof_window_days}
    return session.execute(UPDATE_JUDGED, VALUES | parameters)


def read_workspaces_with_acts(session: Session) -> list[UUID]:
    """The workspaces in which an act is due."""
    return [row["workspace_id"] for row in session.rows(SELECT_WORKSPACES, VALUES)]


def start_act(session: Session, workspace_id: UUID) -> DueAct | None:
    """Claim the act that has waited longest; no other worker gets it until this attempt's delay is over."""
    row = session.row(UPDATE_ATTEMPTS, VALUES | {"workspace_id": workspace_id})
    return DueAct(**row) if row else None


def mark_sent(session: Session, act: DueAct, external_id: str, external_url: str | None) -> None:
    """Store that the tracker has it as `act` says."""
    parameters = {
        "workspace_id": act.workspace_id,
        "act_id": act.act_id,
        "body": act.body,
        "external_id": external_id,
        "external_url": external_url,
    }
    session.execute(UPDATE_SENT, VALUES | parameters)


def mark_refused(session: Session, act: DueAct, error: str, *, permanent: bool) -> None:
    """Store a failed attempt: it is tried again later, unless that cannot help."""
    parameters = {
        "workspace_id": act.workspace_id,
        "act_id": act.act_id,
        "error": error,
        "is_final": permanent or act.attempts >= MAX_ATTEMPTS,
    }
    session.execute(UPDATE_FAILED, VALUES | parameters)
