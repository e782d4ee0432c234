"""Which connector types any workspace has connected, by which the landing assets are grouped."""

import logging

from causeloop_pipeline.settings import settings

SELECT_TYPES = "select distinct type from app.connector"

logger = logging.getLogger(__name__)


def read_connected_types() -> frozenset[str] | None:
    """The types of all connectors when definitions are loaded; None where no database can tell."""
    import psycopg

    from causeloop_pipeline.storage.database.session import Database

    config = settings()
    if config.pipeline_database_url is None:
        return None
    try:
        with Database(config.require("pipeline_database_url")).every_workspace() as session:
            return frozenset(row["type"] for row in session.rows(SELECT_TYPES))
    except psycopg.Error as error:
        logger.warning("landing assets are grouped as if all were connected: %s", type(error).__name__)
        return None
