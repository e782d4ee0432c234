"""`recommendations`: what to fix first, and what to find out; the last stage of the loop."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.pattern_evidence import PATTERN_COLUMNS, PREDICTION_COLUMNS
from causeloop_pipeline.analysis.act.recommendations import (
    RecommendationInputs,
    advise,
    find_least_probability,
)
from causeloop_pipeline.model.recommendation import HORIZON_DAYS
from causeloop_pipeline.stages.context import CheckFailedError, Counts, RunOptions
from causeloop_pipeline.stages.endings import gather_experience, refresh_endings
from causeloop_pipeline.stages.grouping.summaries import load_summaries
from causeloop_pipeline.stages.slack_cards import decide_cards
from causeloop_pipeline.stages.tracker_acts import decide_acts
from causeloop_pipeline.stages.weekly_report import report_week
from causeloop_pipeline.storage.act.investigations import (
    read_investigation_states,
    write_investigations,
    write_unexplained,
)
from causeloop_pipeline.storage.act.recommendations import (
    read_candidates,
    read_recommendation_states,
    write_ranking,
)
from causeloop_pipeline.storage.app.recompute_requests import finish_requests
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.clusters import read_cluster_members
from causeloop_pipeline.storage.predict.backtests import read_headline_window
from causeloop_pipeline.storage.predict.predictions import read_latest_predictions_of

SCORED_PATTERN_COLUMNS = pl.Schema({**PATTERN_COLUMNS, "risk_score": pl.Float64()})


def run(session: Session, workspace: ScopedWorkspace, as_of: datetime, options: RunOptions) -> Counts:
    """Rank the workspace's recommendations, and finish this run's recompute requests."""
    workspace_id = workspace.workspace_id
    read = refresh_endings(session, workspace_id, is_rebuild=options.is_rebuild)
    advice = advise(_read_inputs(session, workspace_id, as_of), as_of=as_of, namespace=str(workspace_id))
    ranked = advice.recommendations
    if sorted(ranked["rank"].to_list()) != list(range(1, ranked.height + 1)):
        raise CheckFailedError(
            "ranks_without_gaps", f"{ranked.height} recommendations are not ranked 1 to {ranked.height}"
        )
    write_ranking(session, workspace_id, ranked, as_of)
    write_investigations(session, workspace_id, advice.investigations, as_of)
    unexplained = advice.unexplained
    write_unexplained(
        session, workspace_id, unexplained.pattern_ids, unexplained.traits, unexplained.endings, as_of
    )
    acts = decide_acts(session, workspace, as_of) | decide_cards(session, workspace, as_of)
    reports = report_week(session, workspace_id)
    finish_requests(session, options.run_id, workspace_id)
    return {
        "recommendations": ranked.height,
        "investigations": advice.investigations.height,
        "unexplained patterns": len(unexplained.pattern_ids),
        "endings read": read,
        **acts,
        "weekly reports": reports,
        "expected loops prevented": float(ranked["expected_loops_prevented"].sum()),
    }


def _read_inputs(session: Session, workspace_id: UUID, as_of: datetime) -> RecommendationInputs:
    """The inputs for candidate patterns only: nothing is recommended for the others."""
    least = find_least_probability(HORIZON_DAYS)
    patterns = read_candidates(session, workspace_id, HORIZON_DAYS, least, SCORED_PATTERN_COLUMNS)
    window = read_headline_window(session, workspace_id)
    candidates = patterns["pattern_id"].to_list()
    investigations = read_investigation_states(session, workspace_id)
    return RecommendationInputs(
        patterns=patterns,
        summaries=load_summaries(session, workspace_id, candidates),
        predictions=read_latest_predictions_of(
            session, workspace_id, (window,), candidates, PREDICTION_COLUMNS
        ),
        risks=patterns.select("risk_score", id="pattern_id"),
        cluster_members=read_cluster_members(session, workspace_id, candidates),
        existing=read_recommendation_states(session, workspace_id),
        investigations=investigations,
        experience=gather_experience(session, workspace_id, candidates, investigations, as_of=as_of),
    )
