"""`patterns`: which issues share one root cause; new issues join at once, all are grouped again at night."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.detect.assignment.assignment import PatternIndex, assign_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import ALGORITHM_VERSION, Grouping
from causeloop_pipeline.analysis.detect.grouping_churn import compute_content_digest, measure_churn
from causeloop_pipeline.analysis.detect.issue_occurrences import (
    find_recurring_issues,
    list_issue_occurrences,
)
from causeloop_pipeline.analysis.detect.pattern_names import tell_twins_apart
from causeloop_pipeline.analysis.loop import GroupingFacts, group
from causeloop_pipeline.model.pattern import CorrectionAct
from causeloop_pipeline.stages.context import CheckFailedError, Counts, RunOptions
from causeloop_pipeline.stages.grouping.regrouping import (
    needs_full_regroup,
    read_grouping_facts,
    read_grouping_options,
)
from causeloop_pipeline.stages.grouping.reopening import reopen_recurred
from causeloop_pipeline.stages.grouping.summaries import refresh_summaries
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.core.issues import read_issue_occurrences, read_issues, read_ungrouped_issues
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.corrections import (
    count_broken_constraints,
    digest_corrections,
    read_constraints,
    read_new_acts,
)
from causeloop_pipeline.storage.detect.fingerprints import read_fingerprints
from causeloop_pipeline.storage.detect.grouping_state import (
    GroupingState,
    mark_grouped,
    read_grouping_state,
    read_pattern_index,
    store_pattern_index,
    write_grouping_state,
)
from causeloop_pipeline.storage.detect.in_loop import update_in_loop
from causeloop_pipeline.storage.detect.patterns import add_members, append_lineage, replace_patterns
from causeloop_pipeline.storage.detect.suggestions import replace_suggestions, update_suggestions

MAX_CHART_BARS = 40
# Not input of the grouping: columns that the loop itself writes, or that say nothing about the failure.
NOT_INPUT = ("status", "source_updated_at")


def run(session: Session, workspace: ScopedWorkspace, _as_of: datetime, options: RunOptions) -> Counts:
    """Group the whole workspace, or assign its new issues to the existing patterns."""
    workspace_id = workspace.workspace_id
    is_full = needs_full_regroup(session, workspace_id, options)
    new_issues = None if is_full else read_ungrouped_issues(session, workspace_id)
    if new_issues is None:
        counts = _group_all(session, workspace)
    else:
        counts = _assign_new_issues(session, workspace_id, new_issues)
    refresh_summaries(session, workspace_id, is_full=is_full)
    reopened = reopen_recurred(session, workspace_id)
    if is_full:
        update_in_loop(session, workspace_id)

    broken = count_broken_constraints(session, workspace_id)
    if broken:
        raise CheckFailedError("people_are_obeyed", f"{broken} links or unlinks are disobeyed")
    mark_grouped(session, workspace_id, None if new_issues is None else new_issues["issue_id"].to_list())
    return {**counts, "reopened": reopened}


def read_largest_patterns(session: Session, workspace_ids: Sequence[UUID]) -> list[int]:
    """The sizes of the largest patterns of some workspaces, largest first."""
    rows = session.rows(
        "select issue_count from detect.pattern where workspace_id = any (%s) "
        "order by issue_count desc limit %s",
        (list(workspace_ids), MAX_CHART_BARS),
    )
    return [row["issue_count"] for row in rows]


def _group_all(session: Session, workspace: ScopedWorkspace) -> Counts:
    workspace_id = workspace.workspace_id
    issues = read_issues(session, workspace_id)
    facts = read_grouping_facts(session, workspace_id)
    occurrences = list_issue_occurrences(issues, facts.occurrences)
    settings = read_grouping_options(session, workspace_id)
    fingerprints, grouping = group(
        issues,
        facts,
        timezone=workspace.timezone,
        options=settings,
        fingerprints=read_fingerprints(session, workspace_id),
    )
    input_digest = compute_content_digest(
        issues.drop(NOT_INPUT),
        fingerprints,
        find_recurring_issues(occurrences).to_frame(),
        facts.constraints,
        facts.feedback,
        settings,
    )
    churn = _check_churn(session, workspace_id, input_digest, facts, grouping)
    replace_patterns(session, workspace_id, tell_twins_apart(grouping.patterns), grouping.members)
    replace_suggestions(session, workspace_id, grouping.suggestions)
    append_lineage(session, workspace_id, _name_people(session, workspace_id, grouping.lineage))
    state = GroupingState(
        algorithm_version=ALGORITHM_VERSION,
        input_digest=input_digest,
        corrections_digest=digest_corrections(session, workspace_id),
        issue_count=issues.height,
    )
    write_grouping_state(
        session,
        workspace_id,
        state,
        pattern_index=grouping.index.to_parts(),
        churn=churn,
        similarity_model=grouping.index.model.to_json(),
    )
    return _count_results(issues.height, grouping, is_full=True)


def _name_people(session: Session, workspace_id: UUID, lineage: pl.DataFrame) -> pl.DataFrame:
    """The lineage, with the correction as the reason where a person moved the issues."""
    acts = read_new_acts(session, workspace_id)
    into = {pattern: act for pattern, act in acts.items() if act in ("link", "merge")}
    out_of = {pattern: act for pattern, act in acts.items() if act in ("unlink", "split")}
    act = pl.coalesce(
        pl.col("new_pattern_id").replace_strict(into, default=None, return_dtype=pl.String),
        pl.col("old_pattern_id").replace_strict(out_of, default=None, return_dtype=pl.String),
    )
    reasons = {kind.value: kind.meaning for kind in CorrectionAct}
    by_person = act.replace_strict(reasons, default=None, return_dtype=pl.String)
    return lineage.with_columns(reason=pl.coalesce(by_person, "reason"))


def _check_churn(
    session: Session, workspace_id: UUID, input_digest: str, facts: GroupingFacts, grouping: Grouping
) -> float | None:
    """Check that the same input gives the same patterns; None where the input differs."""
    state = read_grouping_state(session, workspace_id)
    if state is None or state.input_digest != input_digest or facts.previous is None:
        return None
    churn = measure_churn(facts.previous, grouping.members)
    if churn:
        raise CheckFailedError(
            "unchanged_input_changes_nothing", f"{churn:.2%} of the issues changed their pattern"
        )
    return churn


def _assign_new_issues(session: Session, workspace_id: UUID, issues: pl.DataFrame) -> Counts:
    if issues.is_empty():
        return _count_results(0, None, is_full=False)
    stored_index = read_pattern_index(session, workspace_id)
    grouping = assign_issues(
        issues,
        read_fingerprints(session, workspace_id, issue_ids=issues["issue_id"]),
        PatternIndex.from_parts(stored_index),
        occurrences=read_issue_occurrences(session, workspace_id, issues["issue_id"]),
        constraints=read_constraints(session, workspace_id),
        options=read_grouping_options(session, workspace_id),
    )
    add_members(session, workspace_id, grouping.patterns, grouping.members)
    update_suggestions(session, workspace_id, grouping.suggestions, issues["issue_id"])
    store_pattern_index(
        session,
        workspace_id,
        grouping.index.to_parts(),
        before=stored_index,
        added_issues=grouping.index.later_members.height,
    )
    return _count_results(issues.height, grouping, is_full=False)


def _count_results(issue_count: int, grouping: Grouping | None, *, is_full: bool) -> Counts:
    return {
        "issues": issue_count,
        "patterns": grouping.patterns.height if grouping else 0,
        "assigned": grouping.members.height if grouping else 0,
        "suggested": grouping.suggestions.height if grouping else 0,
        "full recompute": int(is_full),
    }
