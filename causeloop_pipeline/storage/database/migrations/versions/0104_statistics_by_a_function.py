"""Isolates tables without a right that older servers lack; a function analyzes them."""

from causeloop_pipeline.storage.database.migrate import run_sql
from causeloop_pipeline.storage.database.sql_functions import FUNCTIONS

revision = "0104"
down_revision = "0092"


def upgrade() -> None:
    """Change the function that the tables of later revisions are isolated by."""
    run_sql((FUNCTIONS / "app" / "isolate.sql").read_text())
