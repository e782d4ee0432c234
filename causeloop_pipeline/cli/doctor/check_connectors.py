"""Checks the exchange with other tools: failing connectors, and tickets that were not opened."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from causeloop_pipeline.cli.doctor import Finding, ok, warning, wrong
from causeloop_pipeline.settings import Settings
from causeloop_pipeline.storage.act.tickets import read_failing_tickets
from causeloop_pipeline.storage.app.failing_connectors import (
    FailingConnector,
    count_active_connectors,
    read_failing_connectors,
)
from causeloop_pipeline.storage.database.session import Database

MAX_NAMED = 3


def check_connectors(config: Settings) -> Iterator[Finding]:
    """The findings about connectors and tickets, in all workspaces."""
    with Database(config.require("pipeline_database_url")).every_workspace() as session:
        failing, active = read_failing_connectors(session), count_active_connectors(session)
        tickets = read_failing_tickets(session)
    yield _check_connectors(failing, active)
    yield _check_tickets(tickets)


def _check_connectors(failing: Sequence[FailingConnector], active: int) -> Finding:
    about = "connectors"
    stopped = [connector for connector in failing if connector.is_stopped]
    if stopped:
        fix = "correct what each one names, on its page in the dashboard, then resume it"
        return wrong(about, f"{len(stopped)} of {active} have stopped: {_name(stopped)}", fix)
    if failing:
        message = f"the last sync of {len(failing)} of {active} failed: {_name(failing)}"
        return warning(about, message, "each is retried automatically; read the reason if it keeps failing")
    return ok(about, f"none of {active} fails")


def _name(connectors: Sequence[FailingConnector]) -> str:
    named = "; ".join(
        f"{connector.display_name} of {connector.workspace}: {connector.reason}"
        for connector in connectors[:MAX_NAMED]
    )
    return named if len(connectors) <= MAX_NAMED else f"{named}; and {len(connectors) - MAX_NAMED} more"


def _check_tickets(counts: Mapping[str, Any]) -> Finding:
    about = "tickets"
    if not counts["failed"] and not counts["retried"]:
        return ok(about, "all pushed tickets were opened")
    message = f"{counts['retried']} are being retried, {counts['failed']} were given up in 30 days"
    fix = "correct the tracker's connector, then push the recommendation again"
    return warning(about, f"{message}; the last: {counts['error']}", fix)
