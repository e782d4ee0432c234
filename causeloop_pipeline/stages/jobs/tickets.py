"""Opens pushed tickets, and refreshes the status of open and recently closed ones."""

from collections import Counter
from functools import partial
from typing import Any
from uuid import UUID

from causeloop_pipeline.connectors.ticket_targets import direct_to
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure
from causeloop_pipeline.model.links import (
    build_pattern_url,
    build_recommendation_url,
    build_seen_before_url,
)
from causeloop_pipeline.model.recommendation import HORIZON_DAYS, write_prevented
from causeloop_pipeline.outbound.last_ending import write_last_ending
from causeloop_pipeline.outbound.tickets import Draft, EditingTracker, Ticket, Tracker, open_ticket
from causeloop_pipeline.outbound.trackers import make_tracker
from causeloop_pipeline.stages.defects import describe_failed_call
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs.by_workspace import count_by_workspace
from causeloop_pipeline.stages.jobs.tracker_connection import open_connection
from causeloop_pipeline.storage.act.ticket_claims import (
    claim_fix_of_closed,
    note_declined,
    withdraw_fix_of_reopened,
)
from causeloop_pipeline.storage.act.tickets import (
    ClaimedFailure,
    PushedTicket,
    mark_failed,
    mark_opened,
    read_claimed_failure,
    read_recommendation_text,
    read_workspaces_with_tickets,
    start_attempt,
    start_refresh,
)
from causeloop_pipeline.storage.database.session import Session

MAX_OPENED_PER_WORKSPACE = 50
STATUSES_OF_DELETED = frozenset({404, 410})
KINDS = ("opened", "done", "reopened", "unchanged", "failed")


def open_and_refresh(installation: Installation) -> Counter[str]:
    """Open queued tickets and refresh open or recently closed ones; returns the count of each."""
    with installation.database.every_workspace() as session:
        workspace_ids = read_workspaces_with_tickets(session)
    return count_by_workspace(partial(sync_workspace_tickets, installation), workspace_ids, KINDS, "tickets")


def sync_workspace_tickets(installation: Installation, workspace_id: UUID) -> Counter[str]:
    """Open and refresh one workspace's tickets, one after the other."""
    count = Counter[str]()
    for _ in range(MAX_OPENED_PER_WORKSPACE):
        with installation.database.workspace(workspace_id) as session:
            ticket = start_attempt(session, workspace_id)
        if ticket is None:
            break
        count[_sync_ticket(installation, ticket)] += 1

    with installation.database.workspace(workspace_id) as session:
        to_refresh = start_refresh(session, workspace_id)
    for ticket in to_refresh:
        count[_sync_ticket(installation, ticket)] += 1
    return count


def _sync_ticket(installation: Installation, pushed: PushedTicket) -> str:
    """Call the tracker, outside of any transaction, and store the result; one of KINDS."""
    try:
        ticket = _call_tracker(installation, pushed)
    except Exception as failure:  # a defect with one ticket must not delay the others
        failed = describe_failed_call(failure, f"ticket of {pushed.recommendation_id}")
        is_gone = isinstance(failure, OutsideFailure) and failure.status in STATUSES_OF_DELETED
        is_permanent = failed.is_permanent and (not pushed.is_in_tracker or is_gone)
        with installation.database.workspace(pushed.workspace_id) as session:
            mark_failed(session, pushed, failed.reason, permanent=is_permanent)
        return "failed"
    result = _classify_result(pushed, is_done=ticket.is_done)
    with installation.database.workspace(pushed.workspace_id) as session:
        mark_opened(session, pushed, ticket.external_id, ticket.url, done=ticket.is_done)
        _follow_ticket(session, pushed, ticket, result)
    return result


def _follow_ticket(session: Session, pushed: PushedTicket, ticket: Ticket, result: str) -> None:
    """Claim the fix of a ticket that was closed, or withdraw it where the ticket was opened again."""
    if result == "reopened":
        withdraw_fix_of_reopened(session, pushed, ticket.external_id)
    elif result == "done" and ticket.is_declined:
        note_declined(session, pushed, ticket.external_id)
    elif result == "done":
        claim_fix_of_closed(session, pushed, ticket.external_id)


def _classify_result(pushed: PushedTicket, *, is_done: bool) -> str:
    if pushed.is_done:
        return "unchanged" if is_done else "reopened"
    if is_done:
        return "done"
    return "unchanged" if pushed.is_in_tracker else "opened"


def _call_tracker(installation: Installation, pushed: PushedTicket) -> Ticket:
    tracker = _find_tracker(installation, pushed)
    if pushed.is_in_tracker:
        if pushed.is_edit_due and isinstance(tracker, EditingTracker):
            return tracker.edit(str(pushed.external_id), _write_draft(installation, pushed))
        return tracker.read(str(pushed.external_id))
    return open_ticket(tracker, _write_draft(installation, pushed))


def _find_tracker(installation: Installation, pushed: PushedTicket) -> Tracker:
    connection = open_connection(installation, pushed.workspace_id, pushed.connector_id)
    config = direct_to(connection.connector, connection.config, pushed.target)
    return make_tracker(connection.connector, config, connection.credentials, connection.egress)


def _write_draft(installation: Installation, pushed: PushedTicket) -> Draft:
    with installation.database.workspace(pushed.workspace_id) as session:
        text = read_recommendation_text(session, pushed)
        failure = read_claimed_failure(session, pushed) if text is None else None
    if failure is not None:
        return _write_draft_of_failure(installation, pushed, failure)
    if text is None:
        raise PermanentFailure("the recommendation is gone")
    prevented = write_prevented(text.expected_loops_prevented, text.expected_low, text.expected_high)
    expected = f"Expected: {prevented} recurrences prevented in {HORIZON_DAYS} days."
    return Draft(
        recommendation_id=pushed.recommendation_id,
        pushed_at=pushed.pushed_at,
        title=text.title,
        rationale=_add_last_ending(text.rationale, text.last_ending),
        steps=text.steps,
        expected=expected,
        url=build_recommendation_url(installation.settings.public_url, pushed.recommendation_id),
    )


def _write_draft_of_failure(
    installation: Installation, pushed: PushedTicket, failure: ClaimedFailure
) -> Draft:
    """What the ticket of a claimed failure says: it is written again when the failure recurs."""
    public_url = installation.settings.public_url
    times = f"Reported {failure.recurrence_count + 1} times" if failure.recurrence_count else "Reported once"
    last = f", last {failure.last_seen_at:%Y-%m-%d %H:%M} UTC" if failure.last_seen_at else ""
    where = f" of {failure.service}" if failure.service else ""
    rationale = f"{times}{last}. The failure{where} has the identity {failure.identity}."
    is_pattern = failure.pattern_id is not None
    return Draft(
        recommendation_id=pushed.recommendation_id,
        pushed_at=pushed.pushed_at,
        title=failure.title,
        rationale=_add_last_ending("\n\n".join(filter(None, (rationale, failure.note))), failure.last_ending),
        steps=(),
        expected="",
        url=build_pattern_url(public_url, str(failure.pattern_id))
        if is_pattern
        else build_seen_before_url(public_url),
    )


def _add_last_ending(text: str, last_ending: dict[str, Any] | None) -> str:
    return "\n\n".join(filter(None, (text, write_last_ending(last_ending))))
