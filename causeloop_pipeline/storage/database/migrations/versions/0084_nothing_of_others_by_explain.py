"""Views for BI keep conditions outside, and the API's role erases no workspace at once."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0084"
down_revision = "0080"

SQL = """
do $$
declare
    view record;
begin
    for view in
        select c.oid, c.relname, rtrim(pg_get_viewdef(c.oid), ';') as query from pg_class as c
        where c.relnamespace = 'reporting'::regnamespace and c.relkind = 'v'
    loop
        execute format(
            'create or replace view reporting.%I with (security_invoker = true, security_barrier = true)
                 as %s offset 0', view.relname, view.query
        );
    end loop;
end
$$;

revoke update on app.workspace from causeloop_api;
grant update (name, slug, timezone, sso_enforced, archived_at, erase_after) on app.workspace to causeloop_api;
create trigger refuse_early_erasure before insert or update of erase_after on app.workspace
    for each row execute function app.refuse_early_erasure();
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
