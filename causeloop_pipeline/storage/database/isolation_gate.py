"""The isolation gate: finds whatever in the database's catalog could show one tenant another tenant's rows.

Runs after every migration and after every build of views; while it finds anything, nothing serves tenants.
"""

from typing import Any

import psycopg

SYSTEM_SCHEMAS = "('pg_catalog', 'information_schema', 'pg_toast')"
SELECT_TENANT_TABLES = f"""
select c.oid, c.oid::regclass::text as name, c.relrowsecurity, c.relforcerowsecurity
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname not in {SYSTEM_SCHEMAS} and n.nspname !~ '^pg_temp'
    and exists (
        select from pg_attribute as a
        where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    )
    and c.oid <> 'app.run_scope'::regclass  -- names the tenants that a run sees, and stores nothing of theirs
"""

SELECT_UNFORCED_TABLES = f"""
select format('table %s: row level security is not enabled and forced', name)
from ({SELECT_TENANT_TABLES}) as t
where not (relrowsecurity and relforcerowsecurity)
"""

SELECT_TABLES_WITHOUT_POLICY = f"""
select format('table %s: no policy for %s', t.name, r.rolname)
from ({SELECT_TENANT_TABLES}) as t
cross join pg_roles as r
where r.rolname in ('causeloop_pipeline', 'causeloop_api')
    and not exists (select from pg_policy as p where p.polrelid = t.oid and r.oid = any (p.polroles))
"""

SELECT_PUBLIC_POLICIES = f"""
select format('table %s: policy "%s" is for every role', t.name, p.polname)
from ({SELECT_TENANT_TABLES}) as t
join pg_policy as p on p.polrelid = t.oid
where 0 = any (p.polroles)
"""

SELECT_OWNER_VIEWS = f"""
select format('view %s: runs with its owner''s rights, not as security_invoker', c.oid::regclass)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'v' and n.nspname not in {SYSTEM_SCHEMAS}
    and not coalesce('security_invoker=true' = any (c.reloptions), false)
"""

SELECT_MATERIALIZED_VIEWS = f"""
select format('materialized view %s: row level security does not apply to it: drop it', c.oid::regclass)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'm' and n.nspname not in {SYSTEM_SCHEMAS}
"""

# A unique key without the workspace reveals whether another tenant has a row of that key.
SELECT_FOREIGN_KEYS = f"""
select format('table %s: foreign key %s refers to tenant table %s without workspace_id',
              k.conrelid::regclass, k.conname, k.confrelid::regclass)
from pg_constraint as k
join ({SELECT_TENANT_TABLES}) as target on target.oid = k.confrelid
where k.contype = 'f' and k.confrelid <> 'app.workspace'::regclass
    and not exists (
        select from unnest(k.confkey) as key
        join pg_attribute as a on a.attrelid = k.confrelid and a.attnum = key
        where a.attname = 'workspace_id'
    )
"""

SELECT_UNIQUE_KEYS = f"""
select format('table %s: unique index %s does not contain workspace_id', t.name, i.indexrelid::regclass)
from ({SELECT_TENANT_TABLES}) as t
join pg_index as i on i.indrelid = t.oid
where i.indisunique and t.oid <> 'app.workspace'::regclass  -- whose rows are the tenants themselves
    and not exists (
        select from unnest(i.indkey) as key
        join pg_attribute as a on a.attrelid = t.oid and a.attnum = key
        where a.attname = 'workspace_id'
    )
"""

SELECT_PUBLIC_GRANTS = f"""
select format('%s: %s is granted to public', c.oid::regclass, g.privilege_type)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) as g
where n.nspname not in {SYSTEM_SCHEMAS} and g.grantee = 0
union all
select format('schema %s: %s is granted to public', n.nspname, g.privilege_type)
from pg_namespace as n
cross join lateral aclexplode(n.nspacl) as g
where n.nspname not in {SYSTEM_SCHEMAS} and g.grantee = 0
    and not (n.nspname = 'public' and g.privilege_type = 'USAGE')
"""

SELECT_DEFINER_FUNCTIONS = f"""
select format('function %s: runs with its owner''s rights and is callable by others', p.oid::regprocedure)
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where p.prosecdef and n.nspname not in {SYSTEM_SCHEMAS}
    -- They make a new tenant or a workspace of the caller's organization, and return nothing but its id,
    -- change the organization of the workspace that the request is confined to, erase a workspace whose owner
    -- has requested it, set the password of whoever presents a link's secret or the present hash, find the
    -- person whom the identity provider names or where a person belongs, or end sessions and keys. The
    -- last reads a table for the planner's statistics.
    and p.oid::regprocedure::text not in (
        'app.sign_up(jsonb,bytea,bytea)', 'app.open_workspace(uuid,text,text,text)',
        'app.change_organization(jsonb,text[],boolean)',
        'app.offer_password_reset(text,bytea)', 'app.read_password_reset(bytea)',
        'app.reset_password(bytea,text)', 'app.change_password(uuid,text,text,uuid)',
        'app.erase_requested_workspace(uuid)', 'app.accept_invitation(uuid,uuid,bytea,text)',
        'app.find_person(text,text,text)', 'app.list_memberships(uuid)', 'app.revoke_access(uuid)',
        'app.end_access()', 'app.analyze_table(regclass,boolean)'
    )
"""

SELECT_PRIVILEGED_ROLES = """
select format('role %s: %s', rolname, concat_ws(', ', case when rolsuper then 'is a superuser' end,
              case when rolbypassrls then 'bypasses row level security' end))
from pg_roles
where rolname in ('causeloop_owner', 'causeloop_pipeline', 'causeloop_api') and (rolsuper or rolbypassrls)
"""

# A BI login reads the reporting views and the columns that they need, under its own policy.
SELECT_REPORTING_RIGHTS = f"""
select format('table %s: causeloop_reporting has %s on it', c.oid::regclass, g.privilege_type)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
cross join lateral aclexplode(c.relacl) as g
join pg_roles as r on r.oid = g.grantee
where r.rolname ~ '^causeloop_(reporting|bi_)' and n.nspname not in {SYSTEM_SCHEMAS}
    and not (n.nspname = 'reporting' and g.privilege_type = 'SELECT')
union all
select format('table %s: causeloop_reporting may %s its columns', c.oid::regclass, g.privilege_type)
from pg_attribute as a
join pg_class as c on c.oid = a.attrelid
cross join lateral aclexplode(a.attacl) as g
join pg_roles as r on r.oid = g.grantee
where r.rolname ~ '^causeloop_(reporting|bi_)' and (
    g.privilege_type <> 'SELECT'
    or not exists (
        select from pg_policy as p
        where p.polrelid = c.oid and p.polroles = array[r.oid] and p.polcmd = 'r'
            and (
                pg_get_expr(p.polqual, p.polrelid) like '%app.reporting_workspace()%'
                or pg_get_expr(p.polqual, p.polrelid) = '(login = (CURRENT_USER)::text)'
            )
    )
)
union all
select format('role %s: it may do more than read', r.rolname)
from pg_roles as r
where r.rolname ~ '^causeloop_(reporting|bi_)'
    and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication)
union all
select format('role %s: it belongs to %s', m.member::regrole, m.roleid::regrole)
from pg_auth_members as m
join pg_roles as r on r.oid = m.member
where r.rolname ~ '^causeloop_bi_' and m.roleid::regrole::text <> 'causeloop_reporting'
"""

CHECKS = (
    SELECT_REPORTING_RIGHTS,
    SELECT_UNFORCED_TABLES,
    SELECT_TABLES_WITHOUT_POLICY,
    SELECT_PUBLIC_POLICIES,
    SELECT_OWNER_VIEWS,
    SELECT_MATERIALIZED_VIEWS,
    SELECT_FOREIGN_KEYS,
    SELECT_UNIQUE_KEYS,
    SELECT_PUBLIC_GRANTS,
    SELECT_DEFINER_FUNCTIONS,
    SELECT_PRIVILEGED_ROLES,
)


class IsolationError(RuntimeError):
    """The database does not isolate tenants from one another."""


def find_isolation_violations(connection: psycopg.Connection[Any]) -> list[str]:
    """Every weakness of tenant isolation in the catalog, as sentences; [] means isolated."""
    with connection.cursor(row_factory=psycopg.rows.scalar_row) as cursor:
        return sorted(violation for check in CHECKS for violation in cursor.execute(check).fetchall())


def require_isolation(connection: psycopg.Connection[Any]) -> None:
    """Raise IsolationError, with all violations, unless tenants are isolated."""
    violations = find_isolation_violations(connection)
    if violations:
        raise IsolationError("the database does not isolate tenants: " + "; ".join(violations))
