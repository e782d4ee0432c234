"""Creates the roles and databases of an installation, as a superuser, before the first migration.

None is a superuser or may bypass row level security: the owner changes the schema, the pipeline runs
dbt and assets, the API serves requests, and Dagster keeps its own records in a database of its own.

The superuser also declares the operator of full-text search leakproof: under row-level security an index is
read before the policy is checked only with functions that reveal nothing of the rows they see, and PostgreSQL
leaves it to the administrator to declare this of `@@`, which compares a stored word list with a query, raises
no error and writes nothing. Without a superuser a search works too, but reads every issue of the workspace.
"""

import contextlib
from collections.abc import Mapping

import psycopg
from psycopg import sql

DATABASE = "causeloop"
DAGSTER_DATABASE = "dagster"
OWNER, PIPELINE, API, DAGSTER = "causeloop_owner", "causeloop_pipeline", "causeloop_api", "causeloop_dagster"
ROLES = (OWNER, PIPELINE, API, DAGSTER)
REPORTING, REPORTING_GUARD = "causeloop_reporting", "causeloop_reporting_guard"
"""The role that every BI login inherits, and the role that may end their sessions; neither can log in."""

MAINTENANCE_DATABASES = ("postgres", "template1")
SELECT_LARGE_OBJECT_FUNCTIONS = """
select oid::regprocedure::text from pg_proc
where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^(lo_[a-z0-9_]+|loread|lowrite)$'
    and coalesce(proacl is null or exists (
        select from aclexplode(proacl) as g where g.grantee = 0 and g.privilege_type = 'EXECUTE'
    ), true)
"""
SEARCH_OPERATOR = "pg_catalog.ts_match_vq(tsvector, tsquery)"


def create_roles(superuser_url: str, passwords: Mapping[str, str], database: str = DATABASE) -> None:
    """Create the roles and databases that are missing; an existing role gets the given password."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for role in ROLES:
            _create_role(connection, role, passwords[role])
        create_reporting_roles(connection)
        _create_database(connection, database, OWNER)
        _create_database(connection, DAGSTER_DATABASE, DAGSTER)
        connection.execute(
            sql.SQL("grant connect, temporary on database {} to {}, {}").format(
                sql.Identifier(database), sql.Identifier(PIPELINE), sql.Identifier(API)
            )
        )
    with psycopg.connect(superuser_url, dbname=database, autocommit=True) as connection:
        enable_search_index(connection)
        close_large_objects(connection)


def create_reporting_roles(connection: psycopg.Connection) -> None:
    """Create the missing roles behind BI logins; the pipeline may act as their guard."""
    for role in (REPORTING, REPORTING_GUARD):
        exists = connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
        if not exists:
            connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
    # Not inherited: those logins' policies must not apply to the pipeline's reads.
    connection.execute(
        sql.SQL("grant {} to {} with inherit false, set true").format(
            sql.Identifier(REPORTING_GUARD), sql.Identifier(PIPELINE)
        )
    )


def close_maintenance_databases(superuser_url: str) -> None:
    """Close the maintenance databases to all but superusers; only on a server of our own."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for name in MAINTENANCE_DATABASES:
            connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def enable_search_index(connection: psycopg.Connection) -> bool:
    """Declare the search operator leakproof in this database, if this role may; whether it now is."""
    if not is_search_index_enabled(connection):
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"alter function {SEARCH_OPERATOR} leakproof")
    return is_search_index_enabled(connection)


def is_search_index_enabled(connection: psycopg.Connection) -> bool:
    """Whether full-text search may use its index under row-level security in this database."""
    row = connection.execute(
        "select proleakproof from pg_proc where oid = %s::regprocedure", (SEARCH_OPERATOR,)
    ).fetchone()
    return bool(row and row[0])


def close_large_objects(connection: psycopg.Connection) -> None:
    """Take from everybody in this database what makes or reads large objects, which have no policies."""
    rows = connection.execute(SELECT_LARGE_OBJECT_FUNCTIONS).fetchall()
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        for (name,) in rows:
            connection.execute(sql.SQL("revoke execute on function {} from public").format(sql.SQL(name)))


def _create_role(connection: psycopg.Connection, role: str, password: str) -> None:
    exists = connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
    verb = "alter" if exists else "create"
    connection.execute(
        sql.SQL("{} role {} login nosuperuser nobypassrls nocreaterole nocreatedb password {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.Literal(password)
        )
    )


def _create_database(connection: psycopg.Connection, name: str, owner: str) -> None:
    if not connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
        connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(owner))
        )
    connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
