"""The gate over the database's own catalogue: whatever could show one tenant another's rows is named.

Run after every migration and after every build of views; nothing that serves tenants goes on while it finds
anything.
"""

from typing import Any

import psycopg

SYSTEM = "('pg_catalog', 'information_schema', 'pg_toast')"
TENANT_TABLES = f"""
select c.oid, c.oid::regclass::text as name, c.relrowsecurity, c.relforcerowsecurity
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname not in {SYSTEM} and n.nspname !~ '^pg_temp'
    and exists (
        select from pg_attribute as a
        where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    )
    and c.oid <> 'app.run_scope'::regclass  -- tells which tenants a run sees, and holds nothing of theirs
"""

UNFORCED = f"""
select format('table %s: row level security is not enabled and forced', name)
from ({TENANT_TABLES}) as t
where not (relrowsecurity and relforcerowsecurity)
"""

WITHOUT_POLICY = f"""
select format('table %s: no policy for %s', t.name, r.rolname)
from ({TENANT_TABLES}) as t
cross join pg_roles as r
where r.rolname in ('causeloop_pipeline', 'causeloop_api')
    and not exists (select from pg_policy as p where p.polrelid = t.oid and r.oid = any (p.polroles))
"""

PUBLIC_POLICY = f"""
select format('table %s: policy "%s" is for every role', t.name, p.polname)
from ({TENANT_TABLES}) as t
join pg_policy as p on p.polrelid = t.oid
where 0 = any (p.polroles)
"""

VIEWS = f"""
select format('view %s: runs with its owner''s rights, not as security_invoker', c.oid::regclass)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'v' and n.nspname not in {SYSTEM}
    and not coalesce('security_invoker=true' = any (c.reloptions), false)
"""

MATERIALIZED = f"""
select format('materialized view %s: row level security does not reach into it: drop it', c.oid::regclass)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'm' and n.nspname not in {SYSTEM}
"""

# A key without the workspace tells whether another tenant has a row of that key.
FOREIGN_KEYS = f"""
select format('table %s: foreign key %s leads to tenant table %s without workspace_id',
              k.conrelid::regclass, k.conname, k.confrelid::regclass)
from pg_constraint as k
join ({TENANT_TABLES}) as target on target.oid = k.confrelid
where k.contype = 'f' and k.confrelid <> 'app.workspace'::regclass
    and not exists (
        select from unnest(k.confkey) as key
        join pg_attribute as a on a.attrelid = k.confrelid and a.attnum = key
        where a.attname = 'workspace_id'
    )
"""

UNIQUE_KEYS = f"""
select format('table %s: unique index %s does not hold workspace_id', t.name, i.indexrelid::regclass)
from ({TENANT_TABLES}) as t
join pg_index as i on i.indrelid = t.oid
where i.indisunique and t.oid <> 'app.workspace'::regclass  -- whose rows are the tenants themselves
    and not exists (
        select from unnest(i.indkey) as key
        join pg_attribute as a on a.attrelid = t.oid and a.attnum = key
        where a.attname = 'workspace_id'
    )
"""

PUBLIC_GRANTS = f"""
select format('%s: %s is granted to everybody', c.oid::regclass, g.privilege_type)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) as g
where n.nspname not in {SYSTEM} and g.grantee = 0
union all
select format('schema %s: %s is granted to everybody', n.nspname, g.privilege_type)
from pg_namespace as n
cross join lateral aclexplode(n.nspacl) as g
where n.nspname not in {SYSTEM} and g.grantee = 0
    and not (n.nspname = 'public' and g.privilege_type = 'USAGE')
"""

DEFINERS = f"""
select format('function %s: runs with its owner''s rights and is callable by others', p.oid::regprocedure)
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where p.prosecdef and n.nspname not in {SYSTEM}
"""

ROLES = """
select format('role %s: %s', rolname, concat_ws(', ', case when rolsuper then 'is a superuser' end,
              case when rolbypassrls then 'bypasses row level security' end))
from pg_roles
where rolname in ('causeloop_owner', 'causeloop_pipeline', 'causeloop_api') and (rolsuper or rolbypassrls)
"""

RULES = (
    UNFORCED,
    WITHOUT_POLICY,
    PUBLIC_POLICY,
    VIEWS,
    MATERIALIZED,
    FOREIGN_KEYS,
    UNIQUE_KEYS,
    PUBLIC_GRANTS,
    DEFINERS,
    ROLES,
)


class CatalogueError(RuntimeError):
    """The database is not one that keeps tenants apart."""


def catalogue_violations(connection: psycopg.Connection[Any]) -> list[str]:
    """Everything in the catalogue that weakens the wall between tenants, by name; [] is good."""
    with connection.cursor(row_factory=psycopg.rows.scalar_row) as cursor:
        return sorted(found for rule in RULES for found in cursor.execute(rule).fetchall())


def require_isolation(connection: psycopg.Connection[Any]) -> None:
    """CatalogueError, with all that was found, unless the catalogue is sound."""
    found = catalogue_violations(connection)
    if found:
        raise CatalogueError("tenants are not kept apart: " + "; ".join(found))
