"""${message}."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
