"""Creates predictions, outcomes and forecasts."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply the SQL file of the same name."""
    run_sql(__file__)
