"""Stores which partition each workspace has in Dagster, whose key is the workspace's name alone."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0132"
down_revision = "0130"

SQL = """
alter table app.workspace add column partition text;
alter table app.workspace add constraint workspace_partition_key unique (partition) deferrable;
comment on column app.workspace.partition is
    'Its partition in Dagster: its name, or an earlier one until no run is over that; null: it has none yet.';
create policy "runs name partitions" on app.workspace for update to causeloop_pipeline
    using (workspace_id = any ((select app.scope())::uuid[]))
    with check (workspace_id = any ((select app.scope())::uuid[]));
grant update (partition) on app.workspace to causeloop_pipeline;
"""


def upgrade() -> None:
    """Add a column; the sensor `workspaces` fills it, and renames what Dagster has."""
    run_sql(SQL)
