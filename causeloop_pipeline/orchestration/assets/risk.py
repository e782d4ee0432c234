"""`risk`: how bad, how likely again, how recent and how broad, from 0 to 100 for every issue and pattern."""

from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset


@stage_asset(
    "risk",
    group="predict",
    description="The risk score of every issue and pattern, by the one documented formula.",
    deps=["predictions"],
    kinds={"polars"},
)
def risk(step: Step) -> Counts:
    """Score issues and patterns; rows whose score stays are not touched."""
    from causeloop_pipeline.analysis.predict.risk import issue_risk, pattern_risk
    from causeloop_pipeline.model.frames import ISSUE_SCHEMA, MEMBER_SCHEMA, PATTERN_SCHEMA, PREDICTION_SCHEMA
    from causeloop_pipeline.model.prediction import WINDOWS
    from causeloop_pipeline.storage.core.issues import read_issues, set_issue_risks
    from causeloop_pipeline.storage.detect.patterns import read_members, read_patterns, set_pattern_risks
    from causeloop_pipeline.storage.predict.predictions import read_latest_predictions

    session, workspace_id = step.session, step.workspace_id
    issues = read_issues(session, workspace_id, ISSUE_SCHEMA)
    patterns = read_patterns(session, workspace_id, PATTERN_SCHEMA)
    members = read_members(session, workspace_id, MEMBER_SCHEMA)
    predictions = read_latest_predictions(session, workspace_id, WINDOWS, PREDICTION_SCHEMA)
    of_issues = issue_risk(issues, members, predictions, patterns, as_of=step.as_of)
    of_patterns = pattern_risk(patterns, members, issues, predictions, as_of=step.as_of)
    return {
        "issues rescored": set_issue_risks(session, workspace_id, of_issues),
        "patterns rescored": set_pattern_risks(session, workspace_id, of_patterns),
        "critical patterns": of_patterns.filter(of_patterns["risk_score"] >= 90).height,
    }
