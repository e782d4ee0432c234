"""Closing a recommendation's ticket claims the fix, and opening it again withdraws the claim."""

from causeloop_pipeline.storage.act.tickets import PushedTicket
from causeloop_pipeline.storage.database.session import Session

# What people decided stays: a recommendation that they dismissed, or whose fix they claimed themselves.
CLAIM_FIX = """
with implemented as (
    update act.recommendation
    set status = 'implemented'
    where workspace_id = %(workspace_id)s and recommendation_id = %(recommendation_id)s
      and status in ('pending', 'in_progress')
    returning workspace_id, recommendation_id, pattern_ids, expected_loops_prevented
), noted as (
    insert into act.recommendation_progress (workspace_id, recommendation_id, status, note, made_by)
    select workspace_id, recommendation_id, 'implemented', %(note)s, %(actor)s
    from implemented
)
insert into act.fix (
    workspace_id, recommendation_id, pattern_id, fixed_at, expected_loops_prevented, claimed_by
)
select workspace_id, recommendation_id, pattern_id, now(),
       expected_loops_prevented / cardinality(pattern_ids), %(actor)s
from implemented
cross join unnest(pattern_ids) as pattern_id
on conflict do nothing
"""

WITHDRAW_FIX = """
with withdrawn as (
    update act.fix
    set withdrawn_at = now()
    where workspace_id = %(workspace_id)s and recommendation_id = %(recommendation_id)s
      and claimed_by = %(actor)s and withdrawn_at is null
    returning workspace_id, recommendation_id
), resumed as (
    update act.recommendation as r
    set status = 'in_progress'
    from (select distinct workspace_id, recommendation_id from withdrawn) as w
    where r.workspace_id = w.workspace_id and r.recommendation_id = w.recommendation_id
      and r.status = 'implemented'
    returning r.workspace_id, r.recommendation_id
)
insert into act.recommendation_progress (workspace_id, recommendation_id, status, note, made_by)
select workspace_id, recommendation_id, 'in_progress', %(note)s, %(actor)s
from resumed
"""

INSERT_NOTE = """
insert into act.recommendation_progress (workspace_id, recommendation_id, note, made_by)
select workspace_id, recommendation_id, %(note)s, %(actor)s
from act.recommendation
where workspace_id = %(workspace_id)s and recommendation_id = %(recommendation_id)s
"""


def claim_fix_of_closed(session: Session, ticket: PushedTicket, external_id: str) -> None:
    """Claim, in the name of the connector, the fix that a closed ticket stands for."""
    _execute(session, CLAIM_FIX, ticket, f"Ticket {external_id} was closed.")


def withdraw_fix_of_reopened(session: Session, ticket: PushedTicket, external_id: str) -> None:
    """Withdraw the claim that closing the ticket made."""
    _execute(session, WITHDRAW_FIX, ticket, f"Ticket {external_id} was opened again.")


def note_declined(session: Session, ticket: PushedTicket, external_id: str) -> None:
    """Note that the ticket was closed without being done, which claims nothing."""
    _execute(session, INSERT_NOTE, ticket, f"Ticket {external_id} was closed without being done.")


def _execute(session: Session, statement: str, ticket: PushedTicket, note: str) -> None:
    parameters = {
        "workspace_id": ticket.workspace_id,
        "recommendation_id": ticket.recommendation_id,
        "actor": f"connector:{ticket.connector_id}",
        "note": note,
    }
    session.execute(statement, parameters)
