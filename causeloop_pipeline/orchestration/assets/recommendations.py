"""`recommendations`: what to fix first, and what it would prevent; the last stage of the loop."""

from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset


@stage_asset(
    "recommendations",
    group="act",
    description="One ranked remedy per pattern, or per cluster where one change mends several.",
    deps=["clusters", "risk", "proofs"],
    kinds={"polars"},
    checks={"ranks_without_gaps": "Ranks run from 1 to n, without ties or gaps."},
)
def recommendations(step: Step) -> Counts:
    """Rank the workspace's remedies anew; what people were asked to do for it is then done."""
    import polars as pl

    from causeloop_pipeline.analysis.act.recommendations import recommend
    from causeloop_pipeline.model.frames import (
        CLUSTER_MEMBER_SCHEMA,
        ISSUE_SCHEMA,
        MEMBER_SCHEMA,
        PATTERN_SCHEMA,
        PREDICTION_SCHEMA,
        RISK_SCHEMA,
    )
    from causeloop_pipeline.model.prediction import WINDOWS
    from causeloop_pipeline.storage.act.recommendations import (
        rank_recommendations,
        read_known_recommendations,
    )
    from causeloop_pipeline.storage.app.recompute_requests import finish_requests
    from causeloop_pipeline.storage.core.issues import read_issues
    from causeloop_pipeline.storage.detect.clusters import read_cluster_members
    from causeloop_pipeline.storage.detect.patterns import read_members, read_pattern_risks, read_patterns
    from causeloop_pipeline.storage.predict.predictions import read_latest_predictions

    session, workspace_id = step.session, step.workspace_id
    known = pl.Schema(dict.fromkeys(("recommendation_id", "status", "type", "verdict"), pl.String))
    ranked = recommend(
        read_patterns(session, workspace_id, PATTERN_SCHEMA),
        read_members(session, workspace_id, MEMBER_SCHEMA),
        read_issues(session, workspace_id, ISSUE_SCHEMA),
        read_latest_predictions(session, workspace_id, WINDOWS, PREDICTION_SCHEMA),
        read_pattern_risks(session, workspace_id, RISK_SCHEMA),
        cluster_members=read_cluster_members(session, workspace_id, CLUSTER_MEMBER_SCHEMA),
        as_of=step.as_of,
        existing=read_known_recommendations(session, workspace_id, known),
        namespace=str(workspace_id),
    )
    if sorted(ranked["rank"].to_list()) != list(range(1, ranked.height + 1)):
        step.fail(
            "ranks_without_gaps", f"{ranked.height} recommendations are not ranked 1 to {ranked.height}"
        )
    rank_recommendations(session, workspace_id, ranked, step.as_of)
    finish_requests(session, step.context.run_id, workspace_id)
    return {
        "recommendations": ranked.height,
        "expected loops prevented": float(ranked["expected_loops_prevented"].sum()),
    }
