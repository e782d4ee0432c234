"""Lets a search see from a sample that a word is common, and the latest ended issues of a pattern."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0126"
down_revision = "0125"

SQL = """
create index sampled_issues_by_words on core.issue using gin (words) with (fastupdate = off)
    where issue_id < '04000000-0000-0000-0000-000000000000';
create index ended_issues_of_pattern on core.issue (workspace_id, pattern_id, source_created_at desc)
    where resolved_at is not null;
"""


def upgrade() -> None:
    """Add two indexes."""
    run_sql(SQL)
