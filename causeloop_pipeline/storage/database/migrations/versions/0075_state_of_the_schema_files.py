"""Leads the last database that was made by migrations alone, of revision 0071, to what `schema/` says."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0075"
down_revision = "0071"

SQL = """
-- Columns and a function were renamed: what was called after them is called after their names of now.
alter table app.refresh_token
    rename constraint refresh_token_family_id_not_null to refresh_token_session_id_not_null;
alter table detect.grouping_state
    rename constraint grouping_state_people_digest_not_null to grouping_state_corrections_digest_not_null;
alter policy "a user sees his own memberships" on app.membership
    using (user_id = (select app.claimed_id('user')));
alter policy "a webhook finds its connector" on app.connector
    using (connector_id = (select app.claimed_id('connector')));

-- Given to all tables of a schema, and with these to its views and to the table of revisions.
revoke maintain on app.active_workspace, app.alembic_version, detect.constraint_in_force
    from causeloop_pipeline;

drop function app.take_token(uuid, double precision, double precision);
comment on column reporting.predictions.window_days is 'How many days it covers.';
comment on column reporting.proofs.verdict is 'Whether the fix held; null: too early to tell.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
