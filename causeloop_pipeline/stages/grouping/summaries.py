"""Makes the summaries of the patterns whose issues changed, or of all of them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from causeloop_pipeline.analysis.act.pattern_summaries import (
    TRACED_ISSUES,
    LatestIssue,
    PatternSummary,
    summarize_pattern,
)
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import LATEST_ISSUES
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
from causeloop_pipeline.storage.detect.patterns import read_pattern_ids

PATTERNS_AT_ONCE = 2_000


def refresh_summaries(session: Session, workspace_id: UUID, *, is_full: bool) -> int:
    """Make the summaries of the patterns that were touched, or after a full grouping of all; how many."""
    if is_full or is_uncounted(session, workspace_id):
        count_all_tallies(session, workspace_id)
        count_all_occurrences(session, workspace_id)
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
        before = {} if is_full else load_summaries(session, workspace_id, part)
        write_summaries(session, workspace_id, _summarize(session, workspace_id, part, before))
        update_typical_gaps(session, workspace_id, part)
    return len(touched)


def load_summaries(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str] | None = None
) -> dict[str, PatternSummary]:
    """The summaries of all patterns, or of some."""
    rows = read_summaries(session, workspace_id, pattern_ids).iter_rows()
    return {pattern_id: PatternSummary.from_json(summary) for pattern_id, summary in rows}


def _summarize(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str], before: Mapping[str, PatternSummary]
) -> dict[str, bytes]:
    tallies = read_tallies(session, workspace_id, pattern_ids)
    latest: dict[str, list[LatestIssue]] = {}
    for row in read_latest_issues(
        session, workspace_id, pattern_ids, limit=LATEST_ISSUES, with_text=TRACED_ISSUES
    ):
        issue = LatestIssue(row["external_id"], row["title"], row["body"])
        latest.setdefault(row["pattern_id"], []).append(issue)
    return {
        pattern_id: summarize_pattern(
            tallies.get(pattern_id, {}),
            latest[pattern_id],
            row["name"],
            row["fingerprint"],
            before.get(pattern_id),
        ).to_json()
        for row in read_names(session, workspace_id, pattern_ids)
        if (pattern_id := row["pattern_id"]) in latest
    }
