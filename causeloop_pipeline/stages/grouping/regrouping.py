"""Whether all issues of a workspace are grouped again, or only new ones are assigned to existing patterns.

All are grouped at night, on request, after people linked or unlinked issues, when the method changed, and
when the workspace has outgrown what the last grouping learned.
"""

from uuid import UUID

from causeloop_pipeline.analysis.detect.assignment.assignment import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.patterns import ALGORITHM_VERSION, GroupingOptions
from causeloop_pipeline.analysis.loop import GroupingFacts
from causeloop_pipeline.connectors.machine_sources import list_machine_sources
from causeloop_pipeline.model.frames import PREVIOUS_STATUS_SCHEMA
from causeloop_pipeline.stages.context import RunOptions
from causeloop_pipeline.storage.app.recompute_requests import read_claimed_kinds
from causeloop_pipeline.storage.core.issues import read_issue_occurrences
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.detect.corrections import digest_corrections, read_constraints, read_feedback
from causeloop_pipeline.storage.detect.grouping_state import read_grouping_settings, read_grouping_state
from causeloop_pipeline.storage.detect.patterns import read_members

MAX_GROWTH = 1.2
REQUESTS_FOR_PATTERNS = frozenset({"patterns", "everything"})


def needs_full_regroup(session: Session, workspace_id: UUID, options: RunOptions) -> bool:
    """Decide from stored state, so that the fingerprints and patterns stages of one run agree."""
    state = read_grouping_state(session, workspace_id)
    return (
        state is None
        or options.is_rebuild
        or state.is_stale
        or state.algorithm_version != ALGORITHM_VERSION
        or state.corrections_digest != digest_corrections(session, workspace_id)
        or state.issue_count + state.added_count > MAX_GROWTH * state.issue_count
        or bool(read_claimed_kinds(session, options.run_id, workspace_id) & REQUESTS_FOR_PATTERNS)
        or not PatternIndex.is_current_format(state.index_start)
    )


def read_grouping_options(session: Session, workspace_id: UUID) -> GroupingOptions:
    """The workspace's settings for grouping."""
    auto_link, threshold = read_grouping_settings(session, workspace_id)
    return GroupingOptions(
        ai_auto_link=auto_link,
        ai_confidence_threshold=threshold,
        namespace=str(workspace_id),
        machine_sources=list_machine_sources(),
    )


def read_grouping_facts(session: Session, workspace_id: UUID) -> GroupingFacts:
    """The corrections and feedback of people, which issue is in which pattern now, and when each occurred."""
    return GroupingFacts(
        constraints=read_constraints(session, workspace_id),
        previous=read_members(session, workspace_id, PREVIOUS_STATUS_SCHEMA),
        feedback=read_feedback(session, workspace_id),
        occurrences=read_issue_occurrences(session, workspace_id),
    )
