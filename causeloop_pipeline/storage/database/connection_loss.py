"""Distinguishes a lost database, which comes back, from a statement that can never succeed."""

import psycopg

CONNECTION_CLASS = "08"
SERVER_STATES = frozenset({"57P01", "57P02", "57P03"})
"""SQLSTATEs of a server that shuts down, has crashed, or starts up."""


def is_connection_lost(failure: BaseException) -> bool:
    """Whether an error means that the database is unreachable or that the connection was lost."""
    if not isinstance(failure, psycopg.OperationalError):
        return False
    state = failure.sqlstate
    return state is None or state.startswith(CONNECTION_CLASS) or state in SERVER_STATES
