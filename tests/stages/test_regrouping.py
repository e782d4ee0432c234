"""When all issues of a workspace are grouped again, and when only the new ones are assigned."""

from datetime import UTC, datetime
from uuid import UUID

from causeloop_pipeline.analysis.detect.assignment.assignment import PatternIndex
from causeloop_pipeline.stages import fingerprints, patterns
from causeloop_pipeline.stages.context import Counts, RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect.grouping_state import read_pattern_index, store_pattern_index
from causeloop_pipeline.storage.detect.patterns import read_patterns
from tests.conftest import Installation
from tests.orchestration.failures import failures, ingest
from tests.support.normalizing import normalize, normalizer

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run_patterns(session: Session, workspace_id: UUID) -> Counts:
    workspace, options = ScopedWorkspace(workspace_id, "UTC"), RunOptions("a test")
    fingerprints.run(session, workspace, AS_OF, options)
    return patterns.run(session, workspace, AS_OF, options)


def test_an_index_of_an_older_version_is_rebuilt_by_grouping_all_issues_again(
    installation: Installation, database: Database, workspace_id: UUID
) -> None:
    ingest(database, workspace_id, failures(until=AS_OF))
    normalize(database, normalizer(installation.pipeline_url), workspace_id)
    with database.workspace(workspace_id) as session:
        assert run_patterns(session, workspace_id)["full recompute"] == 1
        assert run_patterns(session, workspace_id)["full recompute"] == 0

        current = b"".join(read_pattern_index(session, workspace_id))
        grouped = read_patterns(session, workspace_id).sort("pattern_id")
        _, _, content = current.partition(b"\n")
        older = b"causeloop pattern index 2\n" + content
        store_pattern_index(session, workspace_id, [older])

        assert run_patterns(session, workspace_id)["full recompute"] == 1
        assert b"".join(read_pattern_index(session, workspace_id)) == current
        assert PatternIndex.is_current_format(current)
        assert read_patterns(session, workspace_id).sort("pattern_id").equals(grouped)
