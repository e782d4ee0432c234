"""Lets the installation's owner read, erase and import the workspaces that it names, and no others."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0035"
down_revision = "0033"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
