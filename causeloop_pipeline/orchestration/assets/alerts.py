"""`alerts`: whom to tell that a pattern has become likely; told once a crossing, by the outbox."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset
from causeloop_pipeline.settings import settings

if TYPE_CHECKING:
    import polars as pl

    from causeloop_pipeline.storage.database.session import Session

KEY = ("alert_rule_id", "pattern_id")


@stage_asset(
    "alerts",
    group="act",
    description="Rules whose threshold a probability has crossed; their messages wait in the outbox.",
    deps=["predictions"],
    kinds={"polars"},
)
def alerts(step: Step) -> Counts:
    """Decide which rules fire, now that there are new predictions."""
    return evaluate_rules(step.session, step.workspace_id, step.as_of)


def evaluate_rules(session: "Session", workspace_id: UUID, as_of: datetime) -> Counts:
    """Decide which rules fire; state and messages are one transaction, so neither is without the other."""
    from causeloop_pipeline.analysis.act.alerts import CANDIDATES, RULES, STATES, evaluate_alerts
    from causeloop_pipeline.storage.notify.alerts import (
        begin_evaluation,
        read_alert_candidates,
        read_alert_rules,
        read_alert_sensitivity,
        read_alert_states,
        write_alert_states,
    )

    if not begin_evaluation(session, workspace_id, as_of):
        return {"rules": 0, "alerts": 0, "messages": 0}
    rules = read_alert_rules(session, workspace_id, as_of, RULES)
    windows = sorted(set(rules["window_days"].to_list()))
    candidates = read_alert_candidates(session, workspace_id, windows, CANDIDATES)
    known = read_alert_states(session, workspace_id, STATES)
    sensitivity = read_alert_sensitivity(session, workspace_id)
    decided = evaluate_alerts(rules, candidates, known, sensitivity=sensitivity)
    changed = decided.select(STATES.names()).join(known, on=STATES.names(), how="anti")
    write_alert_states(session, workspace_id, changed, as_of)
    fired = decided.filter("fires")
    return {
        "rules": rules.height,
        "alerts": fired.height,
        "messages": _tell(session, workspace_id, fired, candidates) if fired.height else 0,
    }


def _tell(session: "Session", workspace_id: UUID, fired: "pl.DataFrame", candidates: "pl.DataFrame") -> int:
    from causeloop_pipeline.storage.notify.alerts import describe_crossings, enqueue_crossings

    services = dict(candidates.select("pattern_id", "service").iter_rows())
    crossed = fired.select(*KEY, "crossings")
    site = settings().public_url.rstrip("/")
    crossings = describe_crossings(session, workspace_id, crossed, services, site)
    return enqueue_crossings(session, workspace_id, crossings)
