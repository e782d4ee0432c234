"""How accurate predictions would have been on a workspace's past: shown until windows have closed."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
