"""Lets people take back that a provider caused an issue."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0138"
down_revision = "0132"

SQL = """
alter table core.provider_mark
    add column withdrawn_at timestamptz,
    add column withdrawn_by text;
comment on table core.provider_mark is
    'That a person puts what an issue had done until then down to a provider; the newest in force counts.';
grant update (withdrawn_at, withdrawn_by) on core.provider_mark to causeloop_api;
"""


def upgrade() -> None:
    """Add the columns."""
    run_sql(SQL)
