"""Retries a step that lost the database to a restart or failover; other failures are never retried."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

MAX_RETRIES, PAUSE_SECONDS = 5, 6.0


@contextmanager
def retry_on_database_loss() -> Iterator[None]:
    """Ask Dagster to retry the step; committed work is kept and not repeated."""
    from psycopg import OperationalError

    from causeloop_pipeline.storage.database.connection_loss import is_connection_lost
    from causeloop_pipeline.storage.dbt.report import DatabaseLostError

    try:
        yield
    except (OperationalError, DatabaseLostError) as failure:
        if not isinstance(failure, DatabaseLostError) and not is_connection_lost(failure):
            raise
        raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=PAUSE_SECONDS) from failure
