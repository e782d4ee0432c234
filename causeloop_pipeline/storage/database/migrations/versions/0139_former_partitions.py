"""Stores the names that a workspace's partition had, so that its erasure finds the texts of earlier runs."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0139"
down_revision = "0135"

SQL = """
alter table app.workspace add column former_partitions text[] not null default '{}';
comment on column app.workspace.former_partitions is
    'Names that its partition had before, by which the texts of its runs call it.';
grant update (former_partitions) on app.workspace to causeloop_pipeline;
"""


def upgrade() -> None:
    """Add a column; names from before are not known."""
    run_sql(SQL)
