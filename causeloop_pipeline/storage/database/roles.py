"""Creates the roles and databases of an installation, as an administrator, before the first migration.

None is a superuser or may bypass row level security: the owner changes the schema, the pipeline runs
dbt and assets, the API serves requests, and Dagster keeps its own records in a database of its own.

The administrator may make roles and databases, as that of a managed server may. Two things take a superuser,
and go without where there is none. It declares the operator of full-text search leakproof: under row-level
security an index is read before the policy is checked only with functions that reveal nothing of the rows
they see, and PostgreSQL leaves it to the administrator to declare this of `@@`, which compares a stored word
list with a query, raises no error and writes nothing. Without it a search works too, but reads every issue of
the workspace. And it closes large objects and advisory locks to logins for BI.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping

import psycopg
from psycopg import sql

from causeloop_pipeline.storage.database.server_version import require_supported_version

DATABASE = "causeloop"
DAGSTER_DATABASE = "dagster"
OWNER, PIPELINE, API, DAGSTER = "causeloop_owner", "causeloop_pipeline", "causeloop_api", "causeloop_dagster"
ROLES = (OWNER, PIPELINE, API, DAGSTER)
REPORTING, REPORTING_GUARD = "causeloop_reporting", "causeloop_reporting_guard"
"""The role that every BI login inherits, and the role that may end their sessions; neither can log in."""

MAINTENANCE_DATABASES = ("postgres", "template1")
SEARCH_OPERATOR = "pg_catalog.ts_match_vq(tsvector, tsquery)"

CREATE_MISSING_ROLE = """
do $$
begin
    if to_regrole({name}) is null then
        create role {role} {login};
    end if;
end
$$
"""
# Whoever is not a superuser may not even name the rights that only superusers give.
TAKE_RIGHTS = """
do $$
begin
    if exists (
        select from pg_roles
        where rolname = {name} and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)
    ) then
        alter role {role} nosuperuser nobypassrls nocreaterole nocreatedb;
    end if;
end
$$
"""
# An administrator who is not a superuser gives a database only to a role of which it is a member.
JOIN_ROLE = """
do $$
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        grant {role} to current_user;
    end if;
end
$$
"""
# Not inherited: the policies of BI logins must not apply to the pipeline's reads. Before PostgreSQL 16 that
# belongs to the role, not to the grant.
GRANT_GUARD = """
do $$
begin
    if current_setting('server_version_num')::integer < 160000 then
        alter role {pipeline} noinherit;
        grant {guard} to {pipeline};
    else
        execute 'grant {guard} to {pipeline} with inherit false, set true';
    end if;
end
$$
"""
DECLARE_SEARCH_OPERATOR = f"alter function {SEARCH_OPERATOR} leakproof"
CLOSE_LARGE_OBJECTS = """
do $$
declare
    large_object_function regprocedure;
begin
    for large_object_function in
        select oid from pg_proc
        where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^(lo_[a-z0-9_]+|loread|lowrite)$'
            and coalesce(proacl is null or exists (
                select from aclexplode(proacl) as g where g.grantee = 0 and g.privilege_type = 'EXECUTE'
            ), true)
    loop
        execute format('revoke execute on function %s from public', large_object_function);
    end loop;
end
$$
"""
Statements = Iterator[sql.Composed]


def create_roles(
    administrator_url: str,
    passwords: Mapping[str, str],
    database: str = DATABASE,
    dagster_database: str = DAGSTER_DATABASE,
    only_new: Collection[str] = (),
) -> set[str]:
    """Create the roles and databases that are missing, and return the roles of `only_new` that were there.

    An existing role gets the given password, unless it is of `only_new`. Raises ServerVersionError before
    anything is made.
    """
    owners = {database: OWNER, dagster_database: DAGSTER}
    with psycopg.connect(administrator_url, autocommit=True) as connection:
        require_supported_version(connection)
        present = {name for (name,) in connection.execute("select rolname from pg_roles")}
        for statement in build_roles(passwords, only_new):
            connection.execute(statement)
        for name, owner in owners.items():
            if not connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
                connection.execute(build_database(name, owner))
            for statement in build_database_rights(name, owner):
                connection.execute(statement)
    with psycopg.connect(administrator_url, dbname=database, autocommit=True) as connection:
        enable_search_index(connection)
        close_large_objects(connection)
    return present & set(only_new)


def build_roles(passwords: Mapping[str, str], only_new: Collection[str] = ()) -> Statements:
    """What makes the roles, on a server of any version; those of `only_new` keep theirs."""
    for role in ROLES:
        names = {"role": sql.Identifier(role), "name": sql.Literal(role)}
        login = sql.SQL("login password {}").format(sql.Literal(passwords[role]))
        yield sql.SQL(CREATE_MISSING_ROLE).format(**names, login=login)
        yield sql.SQL(TAKE_RIGHTS).format(**names)
        if role not in only_new:
            yield sql.SQL("alter role {role} {login}").format(**names, login=login)
    for role in (OWNER, DAGSTER):
        yield sql.SQL(JOIN_ROLE).format(role=sql.Identifier(role))
    yield from build_reporting_roles()


def build_reporting_roles() -> Statements:
    """What makes the roles behind BI logins; the pipeline may act as their guard."""
    for role in (REPORTING, REPORTING_GUARD):
        yield sql.SQL(CREATE_MISSING_ROLE).format(
            role=sql.Identifier(role), name=sql.Literal(role), login=sql.SQL("nologin")
        )
    yield sql.SQL(GRANT_GUARD).format(
        guard=sql.Identifier(REPORTING_GUARD), pipeline=sql.Identifier(PIPELINE)
    )


def build_database(name: str, owner: str) -> sql.Composed:
    """What makes a database."""
    return sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(owner))


def build_database_rights(name: str, owner: str) -> Statements:
    """Who may connect to a database: its owner, and to the product's the roles that read and write it."""
    yield sql.SQL("revoke all on database {} from public").format(sql.Identifier(name))
    if owner == OWNER:
        yield sql.SQL("grant connect, temporary on database {} to {}, {}").format(
            sql.Identifier(name), sql.Identifier(PIPELINE), sql.Identifier(API)
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
            connection.execute(DECLARE_SEARCH_OPERATOR)
    return is_search_index_enabled(connection)


def is_search_index_enabled(connection: psycopg.Connection) -> bool:
    """Whether full-text search may use its index under row-level security in this database."""
    row = connection.execute(
        "select proleakproof from pg_proc where oid = %s::regprocedure", (SEARCH_OPERATOR,)
    ).fetchone()
    return bool(row and row[0])


def close_large_objects(connection: psycopg.Connection) -> None:
    """Take from everybody in this database what makes or reads large objects, which have no policies."""
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute(CLOSE_LARGE_OBJECTS)
