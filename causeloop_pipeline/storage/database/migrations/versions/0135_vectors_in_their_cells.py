"""Lets a search by meaning read the vectors of a cell where they lie together."""

from causeloop_pipeline.storage.database.migrate import run_sql

revision = "0135"
down_revision = "0133"

SQL = """
drop index detect.vectors_of_cell;
create index vectors_of_cell on detect.text_vector (workspace_id, cell) include (issue_id, vector);
"""


def upgrade() -> None:
    """Put the vectors into the index of cells."""
    run_sql(SQL)
