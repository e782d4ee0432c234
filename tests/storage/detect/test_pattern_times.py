"""When the occurrences of patterns began and ended, and what it costs to find that out."""

from uuid import UUID

import polars as pl

from causeloop_pipeline.stages.grouping.summaries import refresh_summaries
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.detect.pattern_times import update_times
from causeloop_pipeline.storage.detect.patterns import replace_patterns
from tests.storage.stored import members, new_id, pattern, store_issue

PATTERNS, ISSUES = 150, 3
COUNT_ROWS = """
select seq_tup_read + idx_tup_fetch as rows from pg_stat_xact_user_tables
where schemaname = 'core' and relname = 'occurrence'
"""


def test_each_occurrence_is_looked_up_once_whatever_the_planner_believes(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        patterns = {
            new_id(): [store_issue(session, workspace_id, f"{place}-{number}") for number in range(ISSUES)]
            for place in range(PATTERNS)
        }
        rows = [pattern(pattern_id, ISSUES) for pattern_id in patterns]
        of_patterns = [members(pattern_id, issues) for pattern_id, issues in patterns.items()]
        replace_patterns(session, workspace_id, pl.concat(rows), pl.concat(of_patterns))
        refresh_summaries(session, workspace_id, is_full=True)
    with database.workspace(workspace_id) as session:
        session.execute("set local enable_nestloop = off")  # as the planner decides by chance
        update_times(session, workspace_id, list(patterns), None)

        assert session.rows(COUNT_ROWS)[0]["rows"] <= 2 * PATTERNS * ISSUES
