"""Updates the summaries of the patterns whose issues changed, or of all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.pattern_summaries import (
    TRACED_ISSUES,
    LatestIssue,
    PatternSummary,
    summarize_pattern,
)
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import LATEST_ISSUES
from causeloop_pipeline.stages.grouping.active_days import find_followed, update_active_days
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.occurrence_months import (
    are_occurrences_counted,
    count_all_occurrences,
    update_occurrences,
)
from causeloop_pipeline.storage.detect.pattern_rhythm import update_typical_gaps
from causeloop_pipeline.storage.detect.pattern_summaries import (
    count_all_tallies,
    is_uncounted,
    read_latest_issues,
    read_names,
    read_summaries,
    read_tallies,
    update_tallies,
    write_summaries,
)
from causeloop_pipeline.storage.detect.pattern_times import update_times
from causeloop_pipeline.storage.detect.patterns import read_pattern_ids

PATTERNS_AT_ONCE = 2_000
Tallies = dict[str, dict[str, dict[str, int]]]
"""Pattern id → kind → value → how many of its issues have it."""


def refresh_summaries(session: Session, workspace_id: UUID, *, is_full: bool) -> int:
    """Update the summaries of touched patterns, or of all after a full grouping; returns how many."""
    if is_full or is_uncounted(session, workspace_id):
        count_all_tallies(session, workspace_id)
        count_all_occurrences(session, workspace_id)
        touches = None
        touched = read_pattern_ids(session, workspace_id)
    else:
        touches = update_tallies(session, workspace_id)
        touched = touches["pattern_id"].unique().sort().to_list()
        if are_occurrences_counted(session, workspace_id):
            update_occurrences(session, workspace_id, touches)
        else:
            count_all_occurrences(session, workspace_id)
    for start in range(0, len(touched), PATTERNS_AT_ONCE):
        part = touched[start : start + PATTERNS_AT_ONCE]
        if not is_full:  # a full grouping has just measured them
            update_times(session, workspace_id, part, touches)
        before = {} if is_full else load_summaries(session, workspace_id, part)
        tallies, days = _count(session, workspace_id, part, before, touches)
        summaries = _summarize(session, workspace_id, tallies, before, days)
        stored = {pattern_id: summary.to_json() for pattern_id, summary in summaries.items()}
        write_summaries(session, workspace_id, stored)
        active = {pattern_id: summary.days for pattern_id, summary in summaries.items()}
        update_typical_gaps(session, workspace_id, dict.fromkeys(part, ()) | active)
    return len(touched)


def load_summaries(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str] | None = None
) -> dict[str, PatternSummary]:
    """The summaries of all patterns, or of some."""
    rows = read_summaries(session, workspace_id, pattern_ids).iter_rows()
    return {pattern_id: PatternSummary.from_json(summary) for pattern_id, summary in rows}


def _count(
    session: Session,
    workspace_id: UUID,
    pattern_ids: Sequence[str],
    before: Mapping[str, PatternSummary],
    touches: pl.DataFrame | None,
) -> tuple[Tallies, dict[str, list[int]]]:
    """The tally of each pattern, and separately the active days that follow from the previous summary."""
    tallies: Tallies = {pattern_id: {} for pattern_id in pattern_ids}
    if touches is None:
        return tallies | read_tallies(session, workspace_id, pattern_ids), {}
    tallies |= read_tallies(session, workspace_id, pattern_ids, with_days=False)
    counts = {name: sum(tally.get("severity", {}).values()) for name, tally in tallies.items()}
    days = update_active_days(session, workspace_id, find_followed(before, touches, counts), touches)
    others = [name for name in pattern_ids if name not in days]
    return tallies | read_tallies(session, workspace_id, others), days


def _summarize(
    session: Session,
    workspace_id: UUID,
    tallies: Tallies,
    before: Mapping[str, PatternSummary],
    days: Mapping[str, Sequence[int]],
) -> dict[str, PatternSummary]:
    pattern_ids = list(tallies)
    latest = _read_latest_issues(session, workspace_id, pattern_ids)
    summaries = {
        row["pattern_id"]: summarize_pattern(
            tallies[row["pattern_id"]],
            *latest[row["pattern_id"]],
            row["name"],
            row["fingerprint"],
            row["occurrence_count"],
            before.get(row["pattern_id"]),
        )
        for row in read_names(session, workspace_id, pattern_ids)
        if row["pattern_id"] in latest
    }
    return {
        name: replace(summary, days=days[name]) if name in days else summary
        for name, summary in summaries.items()
    }


def _read_latest_issues(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str]
) -> dict[str, tuple[str, list[LatestIssue]]]:
    """The most frequent title and the latest issues of each pattern that has issues."""
    rows = read_latest_issues(session, workspace_id, pattern_ids, titled=LATEST_ISSUES, listed=TRACED_ISSUES)
    return {
        row["pattern_id"]: (row["title"], list(map(LatestIssue, row["names"], row["bodies"]))) for row in rows
    }
