"""`patterns`: which issues share one root cause; newcomers join at once, all are grouped anew at night."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from causeloop_pipeline.orchestration.charts import bar_chart
from causeloop_pipeline.orchestration.regrouping import churn, digest, grouping_options, last_index, regroups
from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset

if TYPE_CHECKING:
    import polars as pl

    from causeloop_pipeline.storage.database.session import Session

SHOWN_SIZES = 40
# What the loop itself writes, or what says nothing of the failure, is no input of the grouping.
NOT_INPUT = ("status", "source_updated_at")


def draw_sizes(session: "Session", workspace_ids: Sequence[UUID]) -> Mapping[str, dg.MetadataValue]:
    """How many issues the largest patterns of the run's workspaces hold."""
    rows = session.rows(
        "select issue_count from detect.pattern where workspace_id = any (%s) "
        "order by issue_count desc limit %s",
        (list(workspace_ids), SHOWN_SIZES),
    )
    sizes = [row["issue_count"] for row in rows]
    if not sizes:
        return {}
    chart = bar_chart("issues of the largest patterns", ["largest", f"rank {len(sizes)}"], sizes)
    return {"largest patterns": chart}


@stage_asset(
    "patterns",
    group="detect",
    description="Issues of one root cause, with lasting ids; what people link or unlink is obeyed.",
    deps=["fingerprints"],
    kinds={"polars"},
    checks={
        "people_are_obeyed": "No pattern disobeys a link or unlink that a person made.",
        "unchanged_input_changes_nothing": "Grouped anew without any change, every issue keeps its pattern.",
    },
    picture=draw_sizes,
)
def patterns(step: Step) -> Counts:
    """Group the workspace anew, or put its newcomers into the patterns there are."""
    from causeloop_pipeline.storage.detect.patterns import broken_constraints, mark_grouped

    counts = _group_all(step) if regroups(step) else _assign_newcomers(step)
    broken = broken_constraints(step.session, step.workspace_id)
    if broken:
        step.fail("people_are_obeyed", f"{broken} links or unlinks are disobeyed")
    mark_grouped(step.session, step.workspace_id)
    return counts


def _group_all(step: Step) -> Counts:
    import polars as pl

    from causeloop_pipeline.analysis.detect.grouping.feedback import VERDICTS
    from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
    from causeloop_pipeline.model.frames import (
        CONSTRAINT_SCHEMA,
        FINGERPRINT_SCHEMA,
        ISSUE_SCHEMA,
        PREVIOUS_MEMBER_SCHEMA,
    )
    from causeloop_pipeline.storage.core.issues import read_issues
    from causeloop_pipeline.storage.detect.fingerprints import read_fingerprints
    from causeloop_pipeline.storage.detect.patterns import (
        append_lineage,
        read_constraints,
        read_members,
        read_verdicts,
        replace_patterns,
    )

    session, workspace_id, options = step.session, step.workspace_id, grouping_options(step)
    issues = read_issues(session, workspace_id, ISSUE_SCHEMA)
    prints = read_fingerprints(session, workspace_id, FINGERPRINT_SCHEMA)
    constraints = read_constraints(session, workspace_id, CONSTRAINT_SCHEMA)
    verdicts = read_verdicts(session, workspace_id, VERDICTS)
    previous = read_members(
        session, workspace_id, pl.Schema({**PREVIOUS_MEMBER_SCHEMA, "status": pl.String()})
    )
    grouping = group_issues(
        issues, prints, constraints=constraints, previous=previous, verdicts=verdicts, options=options
    )
    seen = digest(issues.drop(NOT_INPUT), prints, constraints, verdicts, options)
    moved = _refuse_churn(step, seen, previous, grouping.members)
    replace_patterns(session, workspace_id, grouping.patterns, grouping.members)
    append_lineage(session, workspace_id, grouping.lineage)
    _keep_state(step, seen, moved, issues.height, digest(grouping.members), grouping.index.to_bytes())
    return {
        "issues": issues.height,
        "patterns": grouping.patterns.height,
        "assigned": grouping.members.height,
        "grouped anew": 1,
    }


def _refuse_churn(step: Step, seen: str, previous: "pl.DataFrame", members: "pl.DataFrame") -> float | None:
    """The same input must give the same patterns; None where the input is another."""
    from causeloop_pipeline.storage.detect.patterns import read_grouping_state

    state = read_grouping_state(step.session, step.workspace_id)
    if state is None or state.input_digest != seen:
        return None
    moved = churn(previous, members)
    if moved:
        step.fail("unchanged_input_changes_nothing", f"{moved:.2%} of the issues changed their pattern")
    return moved


def _keep_state(
    step: Step, seen: str, moved: float | None, issue_count: int, given: str, pattern_index: bytes
) -> None:
    from causeloop_pipeline.analysis.detect.grouping.patterns import ALGORITHM_VERSION
    from causeloop_pipeline.storage.detect.patterns import people_digest, write_grouping_state

    write_grouping_state(
        step.session,
        step.workspace_id,
        algorithm_version=ALGORITHM_VERSION,
        input_digest=seen,
        output_digest=given,
        people_digest=people_digest(step.session, step.workspace_id),
        issue_count=issue_count,
        pattern_index=pattern_index,
        churn=moved,
    )


def _assign_newcomers(step: Step) -> Counts:
    from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
    from causeloop_pipeline.model.frames import CONSTRAINT_SCHEMA, FINGERPRINT_SCHEMA, ISSUE_SCHEMA
    from causeloop_pipeline.storage.core.issues import read_ungrouped_issues
    from causeloop_pipeline.storage.detect.fingerprints import read_fingerprints
    from causeloop_pipeline.storage.detect.patterns import add_members, keep_index, read_constraints

    session, workspace_id = step.session, step.workspace_id
    issues = read_ungrouped_issues(session, workspace_id, ISSUE_SCHEMA)
    if issues.is_empty():
        return {"issues": 0, "patterns": 0, "assigned": 0, "grouped anew": 0}
    grouping = assign_issues(
        issues,
        read_fingerprints(session, workspace_id, FINGERPRINT_SCHEMA, issues["issue_id"]),
        last_index(step),
        constraints=read_constraints(session, workspace_id, CONSTRAINT_SCHEMA),
        options=grouping_options(step),
    )
    add_members(session, workspace_id, grouping.patterns, grouping.members)
    keep_index(session, workspace_id, grouping.index.to_bytes())
    return {
        "issues": issues.height,
        "patterns": grouping.patterns.height,
        "assigned": grouping.members.height,
        "grouped anew": 0,
    }
