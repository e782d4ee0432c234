"""Lets the pipeline vacuum the tables that it erases rows of, on servers that can grant that."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0106"
down_revision = "0105"

SQL = """
select app.admit_maintenance(p.polrelid) from pg_policy as p
where p.polname = 'a run sees the workspaces in its scope';
select app.admit_maintenance(named) from unnest(array[
    'app.organization', 'app.workspace', 'app.setup_link', 'app.users', 'app.user_password',
    'app.password_reset', 'app.finished_sign_in', 'app.login_failure', 'app.run_scope'
]::regclass[]) as named;
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
