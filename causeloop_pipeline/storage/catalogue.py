"""Asks PostgreSQL's own catalogue whether any tenant's rows could be seen around row level security."""

from typing import Any, Protocol

OWN_SCHEMAS = ["app", "raw", "core", "detect", "predict", "act", "notify", "staging", "intermediate", "seeds"]
ROLES = ["causeloop_owner", "causeloop_pipeline", "causeloop_api"]
SERVED = ["causeloop_pipeline", "causeloop_api"]

# Each query names a kind of hole and the objects that have it; sound catalogues give no rows.
HOLES = {
    "table of tenants without forced row level security": """
        select c.oid::regclass::text
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
        where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text = any (%(schemas)s)
          and c.oid <> 'app.run_scope'::regclass and not (c.relrowsecurity and c.relforcerowsecurity)
        """,
    "table of tenants without a policy for a role that may read it": """
        select c.oid::regclass::text || ' for ' || r.rolname
        from pg_class as c
        join pg_attribute as a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
        cross join pg_roles as r
        where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text = any (%(schemas)s)
          and c.oid <> 'app.run_scope'::regclass and r.rolname = any (%(served)s)
          and has_table_privilege(r.oid, c.oid, 'select')
          and not exists (select from pg_policy as p where p.polrelid = c.oid and r.oid = any (p.polroles))
        """,
    "policy that lets a served role see every tenant's rows": """
        select p.polrelid::regclass::text || ': ' || p.polname
        from pg_policy as p
        join pg_class as c on c.oid = p.polrelid
        join pg_roles as r on r.oid = any (p.polroles) and r.rolname = any (%(served)s)
        where c.relnamespace::regnamespace::text = any (%(schemas)s)
          and pg_get_expr(p.polqual, p.polrelid) = 'true'
          and c.oid <> all (array['app.workspace', 'app.organization']::regclass[])
        """,
    "policy that is not limited to a role": """
        select p.polrelid::regclass::text || ': ' || p.polname from pg_policy as p
        join pg_class as c on c.oid = p.polrelid
        where c.relnamespace::regnamespace::text = any (%(schemas)s) and 0 = any (p.polroles)
        """,
    "view that runs with its owner's rights": """
        select c.oid::regclass::text
        from pg_class as c
        where c.relkind = 'v' and c.relnamespace::regnamespace::text = any (%(schemas)s)
          and not coalesce('security_invoker=true' = any (c.reloptions), false)
        """,
    "materialized view, which cannot be isolated": """
        select c.oid::regclass::text from pg_class as c
        where c.relkind = 'm' and c.relnamespace::regnamespace::text = any (%(schemas)s)
        """,
    "foreign key to a table of tenants that does not lead with workspace_id": """
        select k.conrelid::regclass::text || ': ' || k.conname
        from pg_constraint as k
        join pg_class as c on c.oid = k.conrelid
        join pg_attribute as target
          on target.attrelid = k.confrelid and target.attname = 'workspace_id' and not target.attisdropped
        where k.contype = 'f' and c.relnamespace::regnamespace::text = any (%(schemas)s)
          and target.attnum <> all (k.confkey)
        """,
    "unique key over tenants that does not hold workspace_id": """
        select i.indrelid::regclass::text || ': ' || i.indexrelid::regclass::text
        from pg_index as i
        join pg_class as c on c.oid = i.indrelid
        join pg_attribute as a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
        where i.indisunique and c.relnamespace::regnamespace::text = any (%(schemas)s)
          and a.attnum <> all (i.indkey::smallint[]) and c.oid <> 'app.workspace'::regclass
        """,
    "relation that everybody may use": """
        select c.oid::regclass::text
        from pg_class as c
        cross join lateral aclexplode(c.relacl) as granted
        where c.relnamespace::regnamespace::text = any (%(schemas)s) and granted.grantee = 0
        """,
    "function that runs with its owner's rights": """
        select p.oid::regprocedure::text from pg_proc as p
        where p.prosecdef and p.pronamespace::regnamespace::text = any (%(schemas)s)
        """,
    "role that may see around row level security": """
        select rolname from pg_roles where rolname = any (%(roles)s) and (rolsuper or rolbypassrls)
        """,
}


class Connection(Protocol):
    """The part of a psycopg connection that is needed here."""

    def execute(self, query: Any, params: Any = None) -> Any:
        """Run one statement."""


def catalogue_violations(connection: Connection) -> list[str]:
    """Every hole in the isolation of tenants, in words; none on a sound installation."""
    parameters = {"schemas": OWN_SCHEMAS, "roles": ROLES, "served": SERVED}
    found: list[str] = []
    for hole, query in HOLES.items():
        for row in connection.execute(query, parameters).fetchall():
            (name,) = row.values() if isinstance(row, dict) else row
            found.append(f"{hole}: {name}")
    return found
