"""`alerts`: whom to tell that a pattern has become likely; told once a crossing, by the outbox."""

from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset
from causeloop_pipeline.settings import settings

if TYPE_CHECKING:
    import polars as pl

KEY = ("alert_rule_id", "pattern_id")


@stage_asset(
    "alerts",
    group="act",
    description="Rules whose threshold a probability has crossed; their messages wait in the outbox.",
    deps=["predictions"],
    kinds={"polars"},
)
def alerts(step: Step) -> Counts:
    """Decide which rules fire; state and messages are one transaction, so neither is without the other."""
    from causeloop_pipeline.analysis.alerts import CANDIDATES, RULES, STATES, evaluate_alerts
    from causeloop_pipeline.storage.alerts import (
        read_alert_candidates,
        read_alert_rules,
        read_alert_sensitivity,
        read_alert_states,
        write_alert_states,
    )

    session, workspace_id, as_of = step.session, step.workspace_id, step.as_of
    rules = read_alert_rules(session, workspace_id, as_of, RULES)
    if rules.is_empty():
        return {"rules": 0, "alerts": 0, "messages": 0}
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
        "messages": _tell(step, fired, candidates) if fired.height else 0,
    }


def _tell(step: Step, fired: "pl.DataFrame", candidates: "pl.DataFrame") -> int:
    from causeloop_pipeline.storage.alerts import describe_crossings, enqueue_crossings

    services = dict(candidates.select("pattern_id", "service").iter_rows())
    crossed = fired.select(*KEY, "crossings")
    site = settings().public_url.rstrip("/")
    crossings = describe_crossings(step.session, step.workspace_id, crossed, services, site)
    return enqueue_crossings(step.session, step.workspace_id, crossings)
