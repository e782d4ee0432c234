"""`alerts`: which alert rules fire; each crossing of a threshold is sent once, by the outbox."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.alerts import evaluate_alerts
from causeloop_pipeline.model.frames import ALERT_CANDIDATE_SCHEMA, ALERT_STATE_SCHEMA
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.notify.alerts import (
    enqueue_crossings,
    read_alert_candidates,
    read_alert_rules,
    read_alert_sensitivity,
    read_alert_states,
    read_crossings,
    start_evaluation,
    write_alert_states,
)


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, _options: RunOptions) -> Counts:
    """Decide which rules fire after new predictions."""
    return evaluate_rules(session, workspace.workspace_id, as_of)


def evaluate_rules(session: Session, workspace_id: UUID, as_of: datetime) -> Counts:
    """Decide which rules fire; state and messages are committed in one transaction."""
    if not start_evaluation(session, workspace_id, as_of):
        return {"rules": 0, "alerts": 0, "messages": 0}
    rules = read_alert_rules(session, workspace_id, as_of)
    windows = sorted(set(rules["window_days"].to_list()))
    candidates = ALERT_CANDIDATE_SCHEMA.to_frame()
    if windows:
        candidates = read_alert_candidates(session, workspace_id, windows)
    previous = read_alert_states(session, workspace_id)
    sensitivity = read_alert_sensitivity(session, workspace_id)
    decided = evaluate_alerts(rules, candidates, previous, sensitivity=sensitivity)

    changed = decided.select(ALERT_STATE_SCHEMA.names()).join(
        previous, on=ALERT_STATE_SCHEMA.names(), how="anti"
    )
    write_alert_states(session, workspace_id, changed, as_of)
    fired = decided.filter("fires")
    messages = _enqueue_messages(session, workspace_id, fired, candidates) if fired.height else 0
    return {"rules": rules.height, "alerts": fired.height, "messages": messages}


def _enqueue_messages(
    session: Session, workspace_id: UUID, fired: pl.DataFrame, candidates: pl.DataFrame
) -> int:
    """Queue a message for every channel of the rules that fired; how many messages."""
    services = dict(candidates.select("pattern_id", "service").iter_rows())
    crossed = fired.select("alert_rule_id", "pattern_id", "crossings")
    site = settings().public_url.rstrip("/")
    crossings = read_crossings(session, workspace_id, crossed, services, site)
    return enqueue_crossings(session, workspace_id, crossings)
