"""Takes back the right to maintain tables, which older servers lack: a function analyzes them."""

from causeloop_pipeline.storage.database.migrate import run_sql
from causeloop_pipeline.storage.database.sql_functions import FUNCTIONS

revision = "0104"
down_revision = "0092"

SQL = """
do $$
declare
    relation regclass;
begin
    if current_setting('server_version_num')::integer < 170000 then
        return;
    end if;
    for relation in
        select c.oid
        from pg_class as c
        cross join lateral aclexplode(c.relacl) as g
        where g.privilege_type = 'MAINTAIN' and g.grantee = 'causeloop_pipeline'::regrole
            and c.relnamespace::regnamespace::text
                in ('app', 'raw', 'core', 'detect', 'predict', 'act', 'notify')
    loop
        execute format('revoke maintain on %s from causeloop_pipeline', relation);
    end loop;
end
$$;
"""


def upgrade() -> None:
    """Change the tables that are there, and the function that those of later revisions are isolated by."""
    run_sql((FUNCTIONS / "app" / "isolate.sql").read_text())
    run_sql(SQL)
