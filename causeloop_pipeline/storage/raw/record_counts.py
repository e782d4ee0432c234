"""How many records of a tool are stored."""

from causeloop_pipeline.storage.database.session import Session

MAX_COUNTED_RECORDS = 100_000

# By workspace, as the index of records begins with it; a large tool is not read to its end.
SELECT_COUNT = """
select count(*) as records from (
    select from app.workspace as w
    cross join lateral (
        select from raw.record as r where r.workspace_id = w.workspace_id and r.source = %s limit %s
    ) as of_workspace
    limit %s
) as counted
"""


def count_records(session: Session, source: str) -> int | None:
    """How many records of a source the session sees; None where there are too many to count at each poll."""
    limit = MAX_COUNTED_RECORDS + 1
    row = session.row(SELECT_COUNT, (source, limit, limit))
    count = int(row["records"]) if row else 0
    return count if count <= MAX_COUNTED_RECORDS else None
