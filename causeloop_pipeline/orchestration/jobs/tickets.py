"""Opens the tickets that people pushed, and looks how the open ones, and those done lately, stand."""

import logging
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.orchestration.resources import Installation
from causeloop_pipeline.orchestration.run_requests import MAX_RUNTIME

if TYPE_CHECKING:
    from causeloop_pipeline.outbound.tickets import Draft, Ticket, Tracker
    from causeloop_pipeline.storage.act.tickets import PushedTicket

logger = logging.getLogger(__name__)

AT_ONCE = 8
TICKETS_A_WORKSPACE = 50
GONE = frozenset({404, 410})
KINDS = ("opened", "done", "reopened", "unchanged", "failed")


@dg.op(description="Opens queued tickets and refreshes open ones, several workspaces at once.")
def attend_to_tickets(context: dg.OpExecutionContext, installation: dg.ResourceParam[Installation]) -> None:
    """All workspaces that have something to open or to look at."""
    context.add_output_metadata(dict(open_and_refresh(installation)))


@dg.job(
    tags=MAX_RUNTIME, description="One ticket a recommendation in the team's tracker; its state flows back."
)
def tickets() -> None:
    """One step."""
    attend_to_tickets()


def open_and_refresh(installation: Installation) -> Counter[str]:
    """Open what is queued, look at what is open or was done lately; how many of each there were."""
    from causeloop_pipeline.storage.act.tickets import workspaces_with_tickets

    with installation.database.every_workspace() as session:
        workspace_ids = workspaces_with_tickets(session)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tickets") as threads:
        counts = threads.map(lambda one: tickets_of_workspace(installation, one), workspace_ids)
        return sum(counts, Counter(dict.fromkeys(KINDS, 0)))


def tickets_of_workspace(installation: Installation, workspace_id: UUID) -> Counter[str]:
    """One workspace's turn, one ticket after the other."""
    from causeloop_pipeline.storage.act.tickets import begin_attempt, begin_look

    count = Counter[str]()
    for _ in range(TICKETS_A_WORKSPACE):
        with installation.database.workspace(workspace_id) as session:
            pushed = begin_attempt(session, workspace_id)
        if pushed is None:
            break
        count[_attend(installation, pushed)] += 1
    with installation.database.workspace(workspace_id) as session:
        unseen = begin_look(session, workspace_id)
    for ticket in unseen:
        count[_attend(installation, ticket)] += 1
    return count


def _attend(installation: Installation, pushed: "PushedTicket") -> str:
    """Speak with the tracker, outside of any transaction, and keep what came of it."""
    from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure
    from causeloop_pipeline.storage.act.tickets import mark_failed, mark_opened

    try:
        ticket = _looked_at(installation, pushed) if pushed.is_there else _opened(installation, pushed)
    except OutsideFailure as failure:
        over = isinstance(failure, PermanentFailure) and (not pushed.is_there or failure.status in GONE)
        reason = failure.reason
    except Exception as failure:  # a defect with one ticket must not hold up the others
        frames = traceback.extract_tb(failure.__traceback__)
        place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"
        logger.error("ticket of %s: %s at %s", pushed.recommendation_id, type(failure).__name__, place)
        over, reason = False, f"unexpected {type(failure).__name__}: this is a defect, see the pipeline's log"
    else:
        with installation.database.workspace(pushed.workspace_id) as session:
            mark_opened(session, pushed, ticket.external_id, ticket.url, done=ticket.done)
        return _news(pushed, done=ticket.done)
    with installation.database.workspace(pushed.workspace_id) as session:
        mark_failed(session, pushed, reason, permanent=over)
    return "failed"


def _news(pushed: "PushedTicket", *, done: bool) -> str:
    if pushed.is_done:
        return "unchanged" if done else "reopened"
    return "done" if done else "unchanged" if pushed.is_there else "opened"


def _opened(installation: Installation, pushed: "PushedTicket") -> "Ticket":
    from causeloop_pipeline.outbound.tickets import open_ticket

    return open_ticket(_tracker(installation, pushed), _draft(installation, pushed))


def _looked_at(installation: Installation, pushed: "PushedTicket") -> "Ticket":
    return _tracker(installation, pushed).read(str(pushed.external_id))


def _tracker(installation: Installation, pushed: "PushedTicket") -> "Tracker":
    from causeloop_pipeline.connectors.configuration import with_defaults
    from causeloop_pipeline.egress.errors import PermanentFailure
    from causeloop_pipeline.egress.policy import EgressPolicy
    from causeloop_pipeline.outbound.trackers import tracker_of
    from causeloop_pipeline.storage.app.connectors import read_active_connector
    from causeloop_pipeline.storage.app.vault import SecretError

    try:
        with installation.database.workspace(pushed.workspace_id) as session:
            configured = read_active_connector(
                session, installation.vault, pushed.workspace_id, pushed.connector_id
            )
    except SecretError as lost:
        raise PermanentFailure(str(lost)) from None
    if configured is None:
        raise PermanentFailure(
            "the ticket's connector is paused, in error or gone: resume it, then push again"
        )
    connector = CONNECTORS[configured.type]
    config = with_defaults(connector, configured.config)
    allowed = EgressPolicy.parse(installation.settings.egress_allow)
    return tracker_of(connector, config, configured.credentials, allowed)


def _draft(installation: Installation, pushed: "PushedTicket") -> "Draft":
    from causeloop_pipeline.egress.errors import PermanentFailure
    from causeloop_pipeline.outbound.tickets import Draft
    from causeloop_pipeline.storage.act.tickets import read_advice

    with installation.database.workspace(pushed.workspace_id) as session:
        advice = read_advice(session, pushed)
    if advice is None:
        raise PermanentFailure("the recommendation is gone")
    expected = (
        f"Expected: {advice.expected_loops_prevented:.1f} recurrences prevented "
        f"({advice.expected_low:.1f} to {advice.expected_high:.1f})."
    )
    site = installation.settings.public_url.rstrip("/")
    url = f"{site}/#/recommendations/{pushed.recommendation_id}"
    return Draft(
        pushed.recommendation_id,
        pushed.pushed_at,
        advice.title,
        advice.rationale,
        advice.steps,
        expected,
        url,
    )
