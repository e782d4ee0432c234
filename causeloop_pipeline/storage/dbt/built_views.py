"""Remembers in the database which version of the dbt project its views were built from."""

from typing import Any

import psycopg
from psycopg import sql

COUNT_VIEWS = """
select count(*) from pg_class
where relkind = 'v' and relnamespace in ('staging'::regnamespace, 'intermediate'::regnamespace)
"""
SELECT_COMMENT = "select obj_description(to_regclass('intermediate.int_issues__newest'), 'pg_class')"
COMMENT_ON_VIEW = sql.SQL("comment on view intermediate.int_issues__newest is {text}")
DELETE_COMMENT = "comment on view intermediate.int_issues__newest is null"


def is_built_from(connection: psycopg.Connection[Any], digest: str) -> bool:
    """Whether all views are there as a build of this version of the project left them."""
    return bool(_read(connection, SELECT_COMMENT) == _describe(connection, digest))


def store_digest(connection: psycopg.Connection[Any], digest: str) -> None:
    """Say what the views were built from, as a comment on the view that the issues are made of."""
    connection.execute(COMMENT_ON_VIEW.format(text=sql.Literal(_describe(connection, digest))))


def delete_digest(connection: psycopg.Connection[Any]) -> None:
    """Say nothing while views are replaced: a build that is broken off is not a whole one."""
    if _read(connection, SELECT_COMMENT) is not None:
        connection.execute(DELETE_COMMENT)


def _describe(connection: psycopg.Connection[Any], digest: str) -> str:
    return f"{_read(connection, COUNT_VIEWS)} views of project {digest}"


def _read(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
