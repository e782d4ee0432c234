"""Creates and drops a workspace's login; a table that it cannot change maps it to its workspace.

Names are random, because PostgreSQL shows them to every other login. What PostgreSQL lets everybody do is
taken from everybody in this database where it would let a login write or hold locks: large objects and
advisory locks. Its own limits are defaults that a client may lift, but for the size of its temporary files;
`sessions.py` ends what takes too long, and `causeloop doctor` names a login that has lifted them for good. A
role may change its own password too: that gives it nothing, and ends with the next grant.
"""

import secrets
from uuid import UUID

import psycopg
from psycopg import sql

from causeloop_pipeline.storage.database.roles import (
    API,
    JOIN_ROLE,
    OWNER,
    PIPELINE,
    REPORTING,
    REPORTING_GUARD,
    build_reporting_roles,
)
from causeloop_pipeline.storage.erasure.tenant_tables import connect_in_scope

PREFIX = "causeloop_bi_"
MAX_CONNECTIONS = 5
LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "60s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "idle_session_timeout": "1h",
    "temp_file_limit": "1GB",
    "search_path": "reporting",
}
SET_BY_SUPERUSERS = frozenset({"temp_file_limit"})
"""Limits that only a superuser sets, and no login lifts."""

# Before PostgreSQL 16 a member may also become the role, which reads nothing: no workspace is its own.
INHERIT_ROLE = """
do $$
begin
    if current_setting('server_version_num')::integer < 160000 then
        grant {role} to {member};
    else
        execute 'grant {role} to {member} with inherit true, set false';
    end if;
end
$$
"""

CLOSE_PUBLIC_FUNCTIONS = sql.SQL("""
do $$
declare
    function record;
begin
    for function in
        select p.oid::regprocedure as name, p.proname ~ 'advisory' as is_lock from pg_proc as p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and p.proname ~ '^(lo_(create|creat|from_bytea|import|open)|pg_(try_)?advisory_.*lock.*)$'
    loop
        execute format('revoke execute on function %s from public', function.name);
        if function.is_lock then
            execute format('grant execute on function %s to {roles}', function.name);
        end if;
    end loop;
end
$$
""")


SELECT_LOGIN = "select login from app.reporting_login where workspace_id = %s"
UPSERT_LOGIN = """
insert into app.reporting_login (workspace_id, login) values (%s, %s)
on conflict (workspace_id) do update set login = excluded.login, granted_at = now()
"""
DELETE_LOGIN = "delete from app.reporting_login where workspace_id = %s"
SELECT_WORKSPACES = "select workspace_id from app.workspace"
SELECT_LEFT_LOGINS = """
select r.rolname::text as login
from pg_database as d
cross join lateral aclexplode(d.datacl) as g
join pg_roles as r on r.oid = g.grantee
where d.datname = current_database() and g.privilege_type = 'CONNECT' and starts_with(r.rolname, %s)
    and not exists (select from app.reporting_login as l where l.login = r.rolname)
order by 1
"""


SELECT_DEFAULTS = """
select r.rolname::text as login, s.setdatabase = 0 as is_everywhere, s.setconfig as defaults
from pg_db_role_setting as s join pg_roles as r on r.oid = s.setrole
where starts_with(r.rolname, %s)
order by 1
"""


def find_login(owner_url: str, workspace_id: UUID) -> str | None:
    """The login of a workspace, if it has one."""
    with connect_in_scope(owner_url, [workspace_id]) as owner:
        row = owner.execute(SELECT_LOGIN, (workspace_id,)).fetchone()
    return str(row["login"]) if row else None


def list_left_logins(owner_url: str) -> list[str]:
    """The logins whose workspace was deleted: they read nothing, but can still sign in."""
    with connect_in_scope(owner_url, []) as owner:
        ids = [row["workspace_id"] for row in owner.execute(SELECT_WORKSPACES).fetchall()]
    with connect_in_scope(owner_url, ids) as owner:
        return [row["login"] for row in owner.execute(SELECT_LEFT_LOGINS, (PREFIX,)).fetchall()]


def list_changed_logins(owner_url: str) -> list[str]:
    """The logins that have lifted defaults of theirs, which PostgreSQL lets every role do."""
    with connect_in_scope(owner_url, []) as owner:
        rows = owner.execute(SELECT_DEFAULTS, (PREFIX,)).fetchall()
    liftable = {f"{name}={value}" for name, value in LIMITS.items() if name not in SET_BY_SUPERUSERS}
    others = {f"{name}={LIMITS[name]}" for name in SET_BY_SUPERUSERS}
    return [
        row["login"]
        for row in rows
        if not row["is_everywhere"]
        or not liftable <= set(row["defaults"])
        or len(set(row["defaults"]) - others) != len(liftable) + 1
    ]


def grant_login(
    administrator: psycopg.Connection, owner_url: str, workspace_id: UUID, timezone: str
) -> tuple[str, str]:
    """Create or replace a workspace's login; returns name and password.

    `administrator` may create roles, and is connected to the product's database.
    """
    login, password = PREFIX + secrets.token_hex(16), secrets.token_urlsafe(24)
    revoke_login(administrator, owner_url, workspace_id)
    with administrator.transaction():
        for statement in build_reporting_roles():
            administrator.execute(statement)
        if has_superuser(administrator):
            ours = sql.SQL(", ").join(map(sql.Identifier, (OWNER, PIPELINE, API)))
            administrator.execute(CLOSE_PUBLIC_FUNCTIONS.format(roles=ours))
        for statement in _build_login(login, password, administrator.info.dbname):
            administrator.execute(statement)
        for name, value in {**LIMITS, "timezone": timezone}.items():
            if name not in SET_BY_SUPERUSERS or has_superuser(administrator):
                administrator.execute(
                    sql.SQL("alter role {} set {} = {}").format(
                        sql.Identifier(login), sql.Identifier(name), sql.Literal(value)
                    )
                )
    with connect_in_scope(owner_url, [workspace_id]) as owner:
        owner.execute("select app.admit_reporting()")
        owner.execute(UPSERT_LOGIN, (workspace_id, login))
    return login, password


def revoke_login(administrator: psycopg.Connection, owner_url: str, workspace_id: UUID) -> bool:
    """End the sessions of a workspace's login and drop it; False if it has none."""
    login = find_login(owner_url, workspace_id)
    if login is None:
        return False
    with connect_in_scope(owner_url, [workspace_id]) as owner:
        owner.execute(DELETE_LOGIN, (workspace_id,))
    return drop_login(administrator, login)


def drop_login(administrator: psycopg.Connection, login: str) -> bool:
    """End the sessions of a login and drop it; False if there is none of this name."""
    if not login.startswith(PREFIX) or not _has_role(administrator, login):
        return False
    administrator.execute(sql.SQL("alter role {} nologin").format(sql.Identifier(login)))
    administrator.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s", (login,)
    )
    administrator.execute(sql.SQL("drop owned by {}").format(sql.Identifier(login)))
    administrator.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))
    return True


def has_superuser(administrator: psycopg.Connection) -> bool:
    """Whether the administrator may close what PostgreSQL leaves open to every login."""
    row = administrator.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])


def _build_login(login: str, password: str, database: str) -> list[sql.Composed]:
    role = sql.Identifier(login)
    return [
        sql.SQL("create role {} login inherit connection limit {} password {}").format(
            role, sql.Literal(MAX_CONNECTIONS), sql.Literal(password)
        ),
        sql.SQL(JOIN_ROLE).format(role=role),
        sql.SQL(INHERIT_ROLE).format(role=sql.Identifier(REPORTING), member=role),
        sql.SQL(INHERIT_ROLE).format(role=role, member=sql.Identifier(REPORTING_GUARD)),
        sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), role),
    ]


def _has_role(connection: psycopg.Connection, role: str) -> bool:
    return bool(connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None)
