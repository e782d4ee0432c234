"""Makes and drops the login of a workspace; its name tells the workspace, so no client can choose another.

What PostgreSQL lets everybody do is taken from everybody in this database where it would let a login write or
hold locks: large objects and advisory locks. Its own limits are defaults that a client may lift, but for the
size of its temporary files; `sessions.py` ends what takes too long.
"""

import secrets
from uuid import UUID

import psycopg
from psycopg import sql

from causeloop_pipeline.storage.database.roles import (
    API,
    OWNER,
    PIPELINE,
    REPORTING,
    REPORTING_GUARD,
    create_reporting_roles,
)

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


def name_login(workspace_id: UUID) -> str:
    """The login of a workspace."""
    return f"{PREFIX}{workspace_id.hex}"


def grant_login(administrator: psycopg.Connection, owner_url: str, workspace_id: UUID, timezone: str) -> str:
    """Make a workspace's login, or give it a new password; `administrator` makes roles. The password."""
    password = secrets.token_urlsafe(24)
    with administrator.transaction():
        create_reporting_roles(administrator)
        administrator.execute(
            CLOSE_PUBLIC_FUNCTIONS.format(
                roles=sql.SQL(", ").join(map(sql.Identifier, (OWNER, PIPELINE, API)))
            )
        )
        for statement in _build_login(
            name_login(workspace_id), password, timezone, administrator.info.dbname
        ):
            administrator.execute(statement)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("select app.admit_reporting()")
    return password


def revoke_login(administrator: psycopg.Connection, workspace_id: UUID) -> bool:
    """End a workspace's sessions and drop its login; False if it has none."""
    login = name_login(workspace_id)
    if not _has_role(administrator, login):
        return False
    administrator.execute(sql.SQL("alter role {} nologin").format(sql.Identifier(login)))
    administrator.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = %s", (login,)
    )
    administrator.execute(sql.SQL("drop owned by {}").format(sql.Identifier(login)))
    administrator.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))
    return True


def _build_login(login: str, password: str, timezone: str, database: str) -> list[sql.Composed]:
    role = sql.Identifier(login)
    statements = [
        sql.SQL("do $$ begin create role {} login; exception when duplicate_object then null; end $$").format(
            role
        ),
        sql.SQL(
            "alter role {} with login nosuperuser nobypassrls nocreaterole nocreatedb noreplication inherit "
            "connection limit {} password {}"
        ).format(role, sql.Literal(MAX_CONNECTIONS), sql.Literal(password)),
        sql.SQL("grant {} to {} with inherit true, set false").format(sql.Identifier(REPORTING), role),
        sql.SQL("grant {} to {} with inherit true, set false").format(role, sql.Identifier(REPORTING_GUARD)),
        sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), role),
    ]
    for name, value in {**LIMITS, "timezone": timezone}.items():
        statements.append(
            sql.SQL("alter role {} set {} = {}").format(role, sql.Identifier(name), sql.Literal(value))
        )
    return statements


def _has_role(connection: psycopg.Connection, role: str) -> bool:
    return bool(connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None)
