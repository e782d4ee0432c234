"""Levels of a workspace after each stage, which can be plotted over time, unlike the counts of a run."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from causeloop_pipeline.model.prediction import PREFERRED_WINDOW
from causeloop_pipeline.storage.database.session import Session

SELECT_ISSUES = """
(select count(*) from core.issue as i where i.workspace_id = w.workspace_id) as issues,
(select count(*) from core.issue as i
 where i.workspace_id = w.workspace_id and i.status not in ('resolved', 'closed')) as unresolved_issues,
(select count(*) from raw.pending_record as p where p.workspace_id = w.workspace_id) as waiting_records,
(select extract(epoch from now() - min(p.arrived_at)) from raw.pending_record as p
 where p.workspace_id = w.workspace_id) as lag_seconds,
(select count(*) from raw.quarantine as q
 where q.workspace_id = w.workspace_id and q.replayed_at is null) as quarantined_records
"""
SELECT_OCCURRENCES = """
(select count(*) from core.occurrence as o where o.workspace_id = w.workspace_id) as occurrences,
(select coalesce(sum(o.count), 0)::bigint from core.occurrence as o
 where o.workspace_id = w.workspace_id) as counted_events
"""
SELECT_CHANGES = """
(select count(*) from core.change as c where c.workspace_id = w.workspace_id) as changes
"""
SELECT_FINGERPRINTS = """
(select count(*) from detect.fingerprint as f where f.workspace_id = w.workspace_id) as fingerprints,
(select count(distinct f.template_key) from detect.fingerprint as f
 where f.workspace_id = w.workspace_id) as templates
"""
SELECT_PATTERNS = """
(select count(*) from detect.pattern as p where p.workspace_id = w.workspace_id) as patterns,
(select coalesce(sum(p.issue_count), 0)::bigint from detect.pattern as p
 where p.workspace_id = w.workspace_id) as issues_in_patterns,
(select avg(p.confidence) from detect.pattern as p where p.workspace_id = w.workspace_id) as mean_confidence
"""
SELECT_CLUSTERS = """
(select count(*) from detect.cluster as c where c.workspace_id = w.workspace_id) as clusters,
(select count(*) from detect.cluster_member as m
 where m.workspace_id = w.workspace_id) as patterns_in_clusters
"""
SELECT_PREDICTIONS = """
(select count(latest.probability) from detect.pattern as p
 cross join lateral predict.latest_prediction(p.workspace_id, p.pattern_id, 30) as latest
 where p.workspace_id = w.workspace_id) as patterns_predicted,
(select coalesce(sum(latest.probability), 0) from detect.pattern as p
 cross join lateral predict.latest_prediction(p.workspace_id, p.pattern_id, 30) as latest
 where p.workspace_id = w.workspace_id) as patterns_expected_to_recur_in_30_days
"""
SELECT_ALERTS = """
(select count(*) from notify.alert_rule as r
 where r.workspace_id = w.workspace_id and r.enabled) as rules,
(select count(*) from notify.alert_state as s
 where s.workspace_id = w.workspace_id and s.firing) as patterns_that_fire
"""
SELECT_RISK = """
(select avg(p.risk_score) from detect.pattern as p where p.workspace_id = w.workspace_id) as mean_risk,
(select max(p.risk_score) from detect.pattern as p where p.workspace_id = w.workspace_id) as highest_risk
"""
SELECT_OUTCOMES = f"""
(select count(*) from predict.outcome as o
 where o.workspace_id = w.workspace_id and o.decided_by = 'system') as graded_predictions,
(select avg((p.probability - (o.outcome = 'hit')::int) ^ 2)
 from predict.outcome as o join predict.prediction as p using (workspace_id, prediction_id)
 where o.workspace_id = w.workspace_id and o.decided_by = 'system' and o.outcome in ('hit', 'miss')
   and p.window_days = {PREFERRED_WINDOW}
   and o.decided_at > now() - interval '1 year') as brier_of_{PREFERRED_WINDOW}_days
"""
SELECT_PROOFS = """
(select count(*) from act.proof as p where p.workspace_id = w.workspace_id) as fixes,
(select count(*) from act.proof as p
 where p.workspace_id = w.workspace_id and p.verdict = 'held') as fixes_that_held
"""
SELECT_RECOMMENDATIONS = """
(select count(*) from act.recommendation as r
 where r.workspace_id = w.workspace_id and r.rank is not null) as ranked_recommendations,
(select coalesce(sum(r.expected_loops_prevented), 0) from act.recommendation as r
 where r.workspace_id = w.workspace_id and r.rank is not null) as recurrences_that_they_prevent
"""
LEVELS: Mapping[str, str] = {
    "issue": SELECT_ISSUES,
    "occurrence": SELECT_OCCURRENCES,
    "change": SELECT_CHANGES,
    "fingerprints": SELECT_FINGERPRINTS,
    "patterns": SELECT_PATTERNS,
    "clusters": SELECT_CLUSTERS,
    "predictions": SELECT_PREDICTIONS,
    "alerts": SELECT_ALERTS,
    "risk": SELECT_RISK,
    "outcomes": SELECT_OUTCOMES,
    "proofs": SELECT_PROOFS,
    "recommendations": SELECT_RECOMMENDATIONS,
}

SELECT_LEVELS = "select w.workspace_id, {levels} from unnest(%s::uuid[]) as w (workspace_id)"

SELECT_CONNECTOR_LEVELS = """
select
    c.workspace_id,
    count(*) as connectors,
    count(*) filter (where c.status = 'error' or last.status = 'failed') as failing_connectors,
    max(extract(epoch from now() - coalesce(good.finished_at, c.created_at)))
        filter (where last.status is not null) as lag_seconds,
    (select count(*) from raw.quarantine as q
     where q.workspace_id = c.workspace_id and q.source = %(type)s and q.replayed_at is null)
        as quarantined_records
from app.connector as c
left join lateral (
    select s.status from app.sync_run as s
    where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id and s.finished_at is not null
    order by s.started_at desc limit 1
) as last on true
left join lateral (
    select s.finished_at from app.sync_run as s
    where s.workspace_id = c.workspace_id and s.connector_id = c.connector_id and s.status = 'succeeded'
    order by s.started_at desc limit 1
) as good on true
where c.type = %(type)s and c.status <> 'paused' and c.workspace_id = any (%(ids)s)
group by c.workspace_id
"""

Levels = dict[str, int | float]
"""Levels by name; unknown ones are left out."""


def read_levels(session: Session, stage: str, workspace_ids: Sequence[UUID]) -> dict[UUID, Levels]:
    """The levels of each of these workspaces after a stage; workspace → levels."""
    if stage not in LEVELS:
        return {}
    statement = SELECT_LEVELS.format(levels=LEVELS[stage])
    return _group_by_workspace(session.rows(statement, (list(workspace_ids),)))


def read_connector_levels(
    session: Session, connector_type: str, workspace_ids: Sequence[UUID]
) -> dict[UUID, Levels]:
    """The status of a tool's connectors in each of these workspaces that has any; workspace → levels."""
    parameters = {"type": connector_type, "ids": list(workspace_ids)}
    return _group_by_workspace(session.rows(SELECT_CONNECTOR_LEVELS, parameters))


def _group_by_workspace(rows: Sequence[Mapping[str, object]]) -> dict[UUID, Levels]:
    return {
        UUID(str(row["workspace_id"])): {
            name.replace("_", " "): _number(value)
            for name, value in row.items()
            if name != "workspace_id" and (value is not None or name.startswith("lag"))
        }
        for row in rows
    }


def _number(value: object) -> int | float:
    return value if isinstance(value, int) else round(float(str(value or 0)), 4)
