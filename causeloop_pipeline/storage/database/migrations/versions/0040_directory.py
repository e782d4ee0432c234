"""Lets an identity provider keep the members of a workspace and their roles (SCIM 2.0)."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
