"""Names for the columns of CSV without a header, such as PostgreSQL's log: a moment is no column's name."""

import re
from collections.abc import Sequence

MOMENT = re.compile(r"\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d(?::\d\d\S*)?(?: ?[A-Z]{1,5})?")
POSTGRESQL = (
    *(
        "log_time",
        "user_name",
        "database_name",
        "process_id",
        "connection_from",
        "session",
        "session_line_num",
    ),
    *(
        "command_tag",
        "session_start",
        "virtual_transaction",
        "transaction",
        "error_severity",
        "sql_state_code",
    ),
    *("message", "detail", "hint", "internal_query", "internal_query_pos", "context", "query", "query_pos"),
    *("source_place", "application", "backend_type", "leader_pid", "query_number"),
)
"""The columns of its csvlog, of which releases before 14 lack the last two."""
LEVEL_PLACE = POSTGRESQL.index("error_severity")
LEVELS = frozenset({"LOG", "ERROR", "FATAL", "PANIC", "WARNING", "NOTICE", "INFO", "DEBUG"})
MIN_COLUMNS = 23


def is_headless(first: Sequence[str]) -> bool:
    """Whether the first row of a file is one of values: it holds a moment."""
    return any(MOMENT.fullmatch(cell.strip()) for cell in first)


def name_columns(first: Sequence[str]) -> list[str]:
    """Names for the columns of a file, by their place or by whose log it is."""
    is_postgresql = len(first) >= MIN_COLUMNS and first[LEVEL_PLACE].rstrip("12345") in LEVELS
    named = POSTGRESQL[: len(first)] if is_postgresql else ()
    return [*named, *(f"column {place + 1}" for place in range(len(named), len(first)))]
