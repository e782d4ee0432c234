"""Which PostgreSQL servers the product runs on, and what it brings along for those before the newest."""

from pathlib import Path
from typing import Any

import psycopg

MIN_MAJOR, TESTED_MAJORS = 15, (15, 16, 17, 18)
FUNCTIONS_OF_NEWER_SERVERS = Path(__file__).parent / "schema" / "older_servers"
"""A file each: the name of a function of `pg_catalog` that an older server lacks."""


class ServerVersionError(RuntimeError):
    """The server is too old; the message says what to do."""


def require_supported_version(connection: psycopg.Connection[Any]) -> None:
    """Raise ServerVersionError where the server lacks what the schema needs."""
    major = connection.info.server_version // 10_000
    if major < MIN_MAJOR:
        raise ServerVersionError(
            f"the server is PostgreSQL {major}, and Causeloop needs {MIN_MAJOR} or newer "
            f"(tested: {', '.join(map(str, TESTED_MAJORS))}): upgrade the server, or name another in "
            "CAUSELOOP_DATABASE_URL; nothing was changed"
        )


def add_functions_of_newer_servers(connection: psycopg.Connection[Any]) -> None:
    """Make in the schema `app` what the server lacks, and let this transaction find it there by its name."""
    for path in sorted(FUNCTIONS_OF_NEWER_SERVERS.glob("*.sql")):
        is_there = connection.execute(
            "select from pg_proc where proname = %s and pronamespace = 'pg_catalog'::regnamespace",
            (path.stem,),
        ).fetchone()
        if is_there is None:
            connection.execute(path.read_bytes())
            connection.execute("set local search_path = public, app")
