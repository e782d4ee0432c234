"""Adds to predictions the rhythm that a pattern keeps, and to backtests the window that is shown first."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0093"
down_revision = "0104"

SQL = """
alter table predict.prediction add column rhythm jsonb;
comment on column predict.prediction.rhythm is
    'The turns that the pattern keeps, in words and numbers; null where no rhythm is proven.';

alter table predict.backtest add column headline_window integer;
comment on column predict.backtest.headline_window is
    'Days of the window that is shown first and ranked by: the shortest of those that were foretold best.';
"""


def upgrade() -> None:
    """Change what is there; `schema/` says what a new database has."""
    run_sql(SQL)
