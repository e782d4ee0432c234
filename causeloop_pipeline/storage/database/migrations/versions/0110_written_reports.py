"""Keeps the weekly reports as they were written."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0110"
down_revision = "0109"

SQL = """
create table notify.weekly_report (
    workspace_id uuid not null references app.workspace on delete cascade,
    first_day    date not null,
    body         json not null,
    written_at   timestamptz not null default now(),
    primary key (workspace_id, first_day)
);
comment on table notify.weekly_report is
    'The report of each week, as it was written after the week had ended: later readings give these bytes.';
select app.isolate('notify.weekly_report');
select app.admit_maintenance('notify.weekly_report');
revoke update, delete on notify.weekly_report from causeloop_pipeline;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
