"""Lets a search see from a sample that a word is common among the names of patterns."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0134"
down_revision = "0138"

SQL = """
create index sampled_patterns_by_words on detect.pattern using gin (words) with (fastupdate = off)
    where pattern_id < '04000000-0000-0000-0000-000000000000';
"""


def upgrade() -> None:
    """Add an index."""
    run_sql(SQL)
