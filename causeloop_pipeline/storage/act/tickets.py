"""Tickets on their way to a tracker, those that are open there, and those that were done lately.

A ticket that is done may be opened again, because the fix did not hold: it is looked at, more seldom, through
the workspace's proof window, in which such news is worth something.

An attempt is counted and committed before it begins. Whoever counts it has the ticket to himself until the
next attempt may begin, and no transaction, which a push would have to wait for, stays open meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from causeloop_pipeline.storage.database.session import Session

MOST_ATTEMPTS = 8
LOOK_AGAIN_AFTER = timedelta(minutes=15)
LOOK_AT_DONE_AFTER = timedelta(hours=6)
LOOKS = {"look_again_after": LOOK_AGAIN_AFTER, "look_at_done_after": LOOK_AT_DONE_AFTER}

# The first pause is longer than an attempt may take, so that two attempts never overlap.
WAITING = """
status = 'queued' and (
    attempts = 0
    or updated_at <= now() - least(interval '2 minutes' * 2 ^ (attempts - 1), interval '1 hour')
)
"""

UNSEEN = """
(
    (status = 'open' and updated_at <= now() - %(look_again_after)s::interval)
    or (
        status = 'done' and updated_at <= now() - %(look_at_done_after)s::interval
        and coalesce(done_at, updated_at) > now() - make_interval(days => (
            select s.proof_window_days from app.workspace_settings as s
            where s.workspace_id = ticket.workspace_id
        ))
    )
)
"""

BEGIN = f"""
update act.ticket as t
set attempts = attempts + 1, updated_at = now()
where workspace_id = %(workspace_id)s and recommendation_id = (
    select recommendation_id
    from act.ticket
    where workspace_id = %(workspace_id)s and {WAITING}
    order by pushed_at, recommendation_id
    limit 1
    for update skip locked
)
returning workspace_id, recommendation_id, connector_id, attempts, pushed_at, external_id, status
"""

LOOK = f"""
update act.ticket as t
set updated_at = now(), done_at = case status when 'done' then coalesce(done_at, updated_at) end
where workspace_id = %(workspace_id)s and recommendation_id in (
    select recommendation_id
    from act.ticket
    where workspace_id = %(workspace_id)s and {UNSEEN}
    order by updated_at, recommendation_id
    limit %(limit)s
    for update skip locked
)
returning workspace_id, recommendation_id, connector_id, attempts, pushed_at, external_id, status
"""

WITH_WORK = (
    f"select distinct workspace_id from act.ticket where ({WAITING}) or ({UNSEEN}) order by workspace_id"
)

ADVICE = """
select title, rationale, steps, expected_loops_prevented, expected_low, expected_high
from act.recommendation
where workspace_id = %s and recommendation_id = %s
"""


@dataclass(frozen=True)
class PushedTicket:
    """A ticket whose turn it is: to be opened, or to be looked at."""

    workspace_id: UUID
    recommendation_id: UUID
    connector_id: UUID
    attempts: int
    pushed_at: datetime
    external_id: str | None
    status: str

    @property
    def is_there(self) -> bool:
        """Whether the tracker has it; one that was lost there and pushed again is only queued."""
        return self.status in {"open", "done"}

    @property
    def is_done(self) -> bool:
        """Whether the tracker said at the last look that it is done."""
        return self.status == "done"


@dataclass(frozen=True)
class Advice:
    """What a recommendation says, as far as a ticket repeats it."""

    title: str
    rationale: str
    steps: Sequence[str]
    expected_loops_prevented: float
    expected_low: float
    expected_high: float


def workspaces_with_tickets(session: Session) -> list[UUID]:
    """The workspaces in which a ticket waits to be opened, or to be looked at again."""
    rows = session.rows(WITH_WORK, LOOKS)
    return [row["workspace_id"] for row in rows]


def begin_attempt(session: Session, workspace_id: UUID) -> PushedTicket | None:
    """The ticket that has waited longest; it is nobody else's turn until the pause after it is over."""
    row = session.row(BEGIN, {"workspace_id": workspace_id})
    return PushedTicket(**row) if row else None


def begin_look(session: Session, workspace_id: UUID, limit: int = 100) -> list[PushedTicket]:
    """The open tickets, and those done lately, that nobody has looked at for a while."""
    parameters = {"workspace_id": workspace_id, **LOOKS, "limit": limit}
    return [PushedTicket(**row) for row in session.rows(LOOK, parameters)]


def read_advice(session: Session, ticket: PushedTicket) -> Advice | None:
    """What the ticket's recommendation says."""
    row = session.row(ADVICE, (ticket.workspace_id, ticket.recommendation_id))
    return Advice(**row) if row else None


def mark_opened(
    session: Session, ticket: PushedTicket, external_id: str, external_url: str | None, *, done: bool
) -> None:
    """The tracker has the ticket."""
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
    """The tracker has not taken it, or has it no more: wait for the next attempt, or for the next push.

    One that was done stays done: that it has been tidied away since is no failure.
    """
    exhausted = not ticket.is_there and ticket.attempts >= MOST_ATTEMPTS
    over = (permanent and not ticket.is_done) or exhausted
    session.execute(
        "update act.ticket set error = %s, updated_at = now(), "
        "status = case when %s then 'failed' else status end "
        "where workspace_id = %s and recommendation_id = %s",
        (error, over, ticket.workspace_id, ticket.recommendation_id),
    )
