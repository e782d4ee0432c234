"""Whether a workspace's issues are all grouped anew, or only the newcomers are put into what is there.

Anew at night, when somebody asks for it or has linked or unlinked issues, when the method changed, and when
the workspace has grown so much since that what was learnt of it is out of date.
"""

import hashlib
from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.run_scope import is_nightly
from causeloop_pipeline.orchestration.stage import Step

if TYPE_CHECKING:
    import polars as pl

    from causeloop_pipeline.analysis.detect.assignment.assignment import PatternIndex
    from causeloop_pipeline.analysis.detect.fingerprints.templates import TemplateBook
    from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions

GROWTH = 1.2
ASKS_FOR_PATTERNS = frozenset({"patterns", "everything"})


def regroups(step: Step) -> bool:
    """Decide from what is stored, so that the fingerprints and the patterns of one run decide alike."""
    from causeloop_pipeline.analysis.detect.assignment.assignment import PatternIndex
    from causeloop_pipeline.analysis.detect.grouping.patterns import ALGORITHM_VERSION
    from causeloop_pipeline.storage.app.recompute_requests import kinds_claimed
    from causeloop_pipeline.storage.core.issues import count_issues
    from causeloop_pipeline.storage.detect.patterns import people_digest, read_grouping_state

    session, workspace_id = step.session, step.workspace_id
    state = read_grouping_state(session, workspace_id)
    return (
        state is None
        or is_nightly(step.context)
        or state.algorithm_version != ALGORITHM_VERSION
        or state.people_digest != people_digest(session, workspace_id)
        or count_issues(session, workspace_id) > GROWTH * state.issue_count
        or bool(kinds_claimed(session, step.context.run_id, workspace_id) & ASKS_FOR_PATTERNS)
        or not PatternIndex.reads(state.index_start)
    )


def last_index(step: Step) -> "PatternIndex":
    """What the last full grouping left for newcomers."""
    from causeloop_pipeline.analysis.detect.assignment.assignment import PatternIndex
    from causeloop_pipeline.storage.detect.patterns import read_pattern_index

    return PatternIndex.from_bytes(read_pattern_index(step.session, step.workspace_id))


def last_book(step: Step) -> "TemplateBook":
    """What the last full grouping learnt of the workspace's sources."""
    from causeloop_pipeline.analysis.detect.assignment.assignment import PatternIndex
    from causeloop_pipeline.storage.detect.patterns import read_pattern_index

    return PatternIndex.book_of(read_pattern_index(step.session, step.workspace_id))


def grouping_options(step: Step) -> "GroupingOptions":
    """The workspace's settings for grouping."""
    from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions
    from causeloop_pipeline.storage.detect.patterns import read_grouping_settings

    auto_link, threshold = read_grouping_settings(step.session, step.workspace_id)
    return GroupingOptions(
        ai_auto_link=auto_link,
        ai_confidence_threshold=threshold,
        namespace=str(step.workspace_id),
    )


def digest(*parts: "pl.DataFrame | object") -> str:
    """Names the content of frames and settings: equal content, equal digest, in any process."""
    import polars as pl

    told = hashlib.sha256()
    for part in parts:
        told.update(part.write_csv().encode() if isinstance(part, pl.DataFrame) else repr(part).encode())
        told.update(b"\x1e")
    return told.hexdigest()


def churn(before: "pl.DataFrame", after: "pl.DataFrame") -> float:
    """The share of issues, of frames(issue_id, pattern_id), whose pattern is another than before."""
    import polars as pl

    both = before.select("issue_id", "pattern_id").join(
        after.select("issue_id", pl.col("pattern_id").alias("now")), on="issue_id", how="full", coalesce=True
    )
    if both.is_empty():
        return 0.0
    return float(both.select(pl.col("pattern_id").ne_missing(pl.col("now")).mean()).item())
