"""Creates fingerprints, patterns, clusters and users' corrections."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
