"""Tickets that wait to be opened in a tracker, are open there, or were done recently.

A ticket that is done may be reopened because the fix did not hold, so its state is refreshed, less often,
through the workspace's proof window. One that was just pushed is looked at each minute.

An attempt is counted and committed before it begins. The worker that counts it owns the ticket until the next
attempt may begin, and no transaction, which a push would have to wait for, stays open meanwhile. A queued
ticket that was attempted and has no error is in such an attempt: it cannot be cancelled or sent elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

MAX_ATTEMPTS = 8
REFRESH_NEW_AFTER = timedelta(minutes=1)
REFRESH_OPEN_AFTER = timedelta(minutes=15)
REFRESH_DONE_AFTER = timedelta(hours=6)
REFRESH_PERIODS = {
    "refresh_new_after": REFRESH_NEW_AFTER,
    "refresh_open_after": REFRESH_OPEN_AFTER,
    "refresh_done_after": REFRESH_DONE_AFTER,
}

# The first delay is longer than an attempt may take, so that two attempts never overlap.
IS_ATTEMPT_DUE = """
status = 'queued' and (
    attempts = 0
    or updated_at <= now() - least(interval '2 minutes' * 2 ^ (attempts - 1), interval '1 hour')
)
"""

IS_REFRESH_DUE = """
(
    (is_edit_due and status in ('open', 'done'))
    or (status = 'open' and updated_at <= now() - case
        when pushed_at > now() - interval '1 hour' then %(refresh_new_after)s::interval
        else %(refresh_open_after)s::interval
    end)
    or (
        status = 'done' and updated_at <= now() - %(refresh_done_after)s::interval
        and coalesce(done_at, updated_at) > now() - make_interval(days => (
            select s.proof_window_days from app.workspace_settings as s
            where s.workspace_id = ticket.workspace_id
        ))
    )
)
"""

UPDATE_ATTEMPTS = f"""
update act.ticket as t
set attempts = attempts + 1, updated_at = now(), error = null
where workspace_id = %(workspace_id)s and recommendation_id = (
    select recommendation_id
    from act.ticket
    where workspace_id = %(workspace_id)s and {IS_ATTEMPT_DUE}
    order by pushed_at, recommendation_id
    limit 1
    for update skip locked
)
returning workspace_id, recommendation_id, connector_id, attempts, pushed_at, external_id, status, target
"""

UPDATE_REFRESHED = f"""
with due as materialized (
    select workspace_id, recommendation_id, is_edit_due
    from act.ticket
    where workspace_id = %(workspace_id)s and {IS_REFRESH_DUE}
    order by updated_at, recommendation_id
    limit %(limit)s
    for update skip locked
)
update act.ticket as t
set updated_at = now(), done_at = case t.status when 'done' then coalesce(t.done_at, t.updated_at) end,
    is_edit_due = false
from due
where t.workspace_id = due.workspace_id and t.recommendation_id = due.recommendation_id
returning t.workspace_id, t.recommendation_id, t.connector_id, t.attempts, t.pushed_at, t.external_id,
          t.status, due.is_edit_due, t.target
"""

SELECT_WORKSPACES = f"""
select distinct workspace_id
from act.ticket
join app.active_workspace using (workspace_id)
where ({IS_ATTEMPT_DUE}) or ({IS_REFRESH_DUE})
order by workspace_id
"""

SELECT_FAILING = """
select
    count(*) filter (where status = 'failed' and updated_at > now() - interval '30 days') as failed,
    count(*) filter (where status = 'queued' and error is not null) as retried,
    (array_agg(error order by updated_at desc) filter (where error is not null))[1] as error
from act.ticket
"""

SELECT_RECOMMENDATION_TEXT = """
select title, rationale, steps, expected_loops_prevented, expected_low, expected_high,
       act.last_ending(workspace_id, pattern_ids) as last_ending
from act.recommendation
where workspace_id = %s and recommendation_id = %s
"""

SELECT_CLAIMED_FAILURE = """
select title, service, identity, note, pattern_id, claimed_at, last_seen_at, recurrence_count,
       act.last_ending(workspace_id, array[pattern_id]) as last_ending
from act.failure_claim
where workspace_id = %s and claim_id = %s
"""


@dataclass(frozen=True)
class PushedTicket:
    """A ticket that is due: to be opened in the tracker, or to be refreshed from it."""

    workspace_id: UUID
    recommendation_id: UUID
    connector_id: UUID
    attempts: int
    pushed_at: datetime
    external_id: str | None
    status: str
    is_edit_due: bool = False
    """Whether what it is about recurred since it was last written."""
    target: str | None = None
    """The repository or project to open it in; None: the one that the connector names."""

    @property
    def is_in_tracker(self) -> bool:
        """Whether the tracker has the ticket; one that was lost there and pushed again is queued only."""
        return self.status in {"open", "done"}

    @property
    def is_done(self) -> bool:
        """Whether the ticket was done when it was last refreshed."""
        return self.status == "done"


@dataclass(frozen=True)
class RecommendationText:
    """The parts of a recommendation that a ticket repeats."""

    title: str
    rationale: str
    steps: Sequence[str]
    expected_loops_prevented: float
    expected_low: float
    expected_high: float
    last_ending: dict[str, Any] | None


@dataclass(frozen=True)
class ClaimedFailure:
    """The parts of a claimed failure that a ticket repeats."""

    title: str
    service: str | None
    identity: str
    note: str | None
    pattern_id: UUID | None
    claimed_at: datetime
    last_seen_at: datetime | None
    recurrence_count: int
    last_ending: dict[str, Any] | None


def read_workspaces_with_tickets(session: Session) -> list[UUID]:
    """The workspaces in which a ticket is due to be opened or refreshed."""
    rows = session.rows(SELECT_WORKSPACES, REFRESH_PERIODS)
    return [row["workspace_id"] for row in rows]


def start_attempt(session: Session, workspace_id: UUID) -> PushedTicket | None:
    """Claim the ticket that has waited longest; no other worker gets it until this attempt's delay is
    over."""
    row = session.row(UPDATE_ATTEMPTS, {"workspace_id": workspace_id})
    return PushedTicket(**row) if row else None


def start_refresh(session: Session, workspace_id: UUID, limit: int = 100) -> list[PushedTicket]:
    """Claim the open and recently closed tickets whose status is due to be refreshed."""
    parameters = {"workspace_id": workspace_id, **REFRESH_PERIODS, "limit": limit}
    return [PushedTicket(**row) for row in session.rows(UPDATE_REFRESHED, parameters)]


def read_recommendation_text(session: Session, ticket: PushedTicket) -> RecommendationText | None:
    """The text of the recommendation that a ticket is for."""
    row = session.row(SELECT_RECOMMENDATION_TEXT, (ticket.workspace_id, ticket.recommendation_id))
    return RecommendationText(**row) if row else None


def read_claimed_failure(session: Session, ticket: PushedTicket) -> ClaimedFailure | None:
    """The failure that a ticket is for, where it is for no recommendation."""
    row = session.row(SELECT_CLAIMED_FAILURE, (ticket.workspace_id, ticket.recommendation_id))
    return ClaimedFailure(**row) if row else None


def mark_opened(
    session: Session, ticket: PushedTicket, external_id: str, external_url: str | None, *, done: bool
) -> None:
    """Store that the tracker has the ticket."""
    session.execute(
        "update act.ticket set status = %s, external_id = %s, external_url = %s, error = null, "
        "updated_at = now(), done_at = case when %s then coalesce(done_at, now()) end "
        "where workspace_id = %s and recommendation_id = %s",
        (
            "done" if done else "open",
            external_id,
            external_url,
            done,
            ticket.workspace_id,
            ticket.recommendation_id,
        ),
    )


def mark_failed(session: Session, ticket: PushedTicket, error: str, *, permanent: bool) -> None:
    """Store a failed attempt: retry later or, where that cannot help, wait for the next push.

    A closed ticket stays closed, even if it has since been deleted in the tracker.
    """
    is_exhausted = not ticket.is_in_tracker and ticket.attempts >= MAX_ATTEMPTS
    is_final = (permanent and not ticket.is_done) or is_exhausted
    session.execute(
        "update act.ticket set error = %s, updated_at = now(), is_edit_due = is_edit_due or %s, "
        "status = case when %s then 'failed' else status end "
        "where workspace_id = %s and recommendation_id = %s",
        (
            error,
            ticket.is_edit_due and not permanent,
            is_final,
            ticket.workspace_id,
            ticket.recommendation_id,
        ),
    )


def read_failing_tickets(session: Session) -> dict[str, Any]:
    """How many tickets could not be opened, recently or at all, and the last reason."""
    return session.row(SELECT_FAILING) or {"failed": 0, "retried": 0, "error": None}
