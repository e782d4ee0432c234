"""The roles and databases of an installation, made by a superuser before the first migration.

None is a superuser or may bypass row level security: the owner changes the schema, the pipeline runs
dbt and assets, the API serves requests, and Dagster keeps its own records in a database of its own.

The superuser also declares the operator of full-text search leakproof: row level security lets an index be
asked before the policy only by functions that tell nothing of the rows they see, and PostgreSQL leaves it to
the administrator to say so of `@@`, which compares a stored word list with a query, raises nothing and writes
nothing. Where no superuser is at hand a search works all the same, issue by issue of the workspace.
"""

import contextlib
from collections.abc import Mapping

import psycopg
from psycopg import sql

DATABASE = "causeloop"
DAGSTER_DATABASE = "dagster"
OWNER, PIPELINE, API, DAGSTER = "causeloop_owner", "causeloop_pipeline", "causeloop_api", "causeloop_dagster"
ROLES = (OWNER, PIPELINE, API, DAGSTER)
SEARCH = "pg_catalog.ts_match_vq(tsvector, tsquery)"


def create_roles(superuser_url: str, passwords: Mapping[str, str], database: str = DATABASE) -> None:
    """Make whatever is missing; an existing role gets the given password."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for role in ROLES:
            _create_role(connection, role, passwords[role])
        _create_database(connection, database, OWNER)
        _create_database(connection, DAGSTER_DATABASE, DAGSTER)
        connection.execute(
            sql.SQL("grant connect, temporary on database {} to {}, {}").format(
                sql.Identifier(database), sql.Identifier(PIPELINE), sql.Identifier(API)
            )
        )
    with psycopg.connect(superuser_url, dbname=database, autocommit=True) as connection:
        let_searches_use_their_index(connection)


def let_searches_use_their_index(connection: psycopg.Connection) -> bool:
    """Declare the search operator leakproof in this database, if this role may; whether it is so now."""
    if not searches_use_their_index(connection):
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"alter function {SEARCH} leakproof")
    return searches_use_their_index(connection)


def searches_use_their_index(connection: psycopg.Connection) -> bool:
    """Whether full-text search may ask its index under row level security in this database."""
    row = connection.execute(
        "select proleakproof from pg_proc where oid = %s::regprocedure", (SEARCH,)
    ).fetchone()
    return bool(row and row[0])


def _create_role(connection: psycopg.Connection, role: str, password: str) -> None:
    known = connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
    verb = "alter" if known else "create"
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
