"""When and where patterns occurred, kept by month and in columns, so that a run does not read every issue.

An issue that comes, changes or goes leaves a touch; the next run brings the months of the touched issues up
to date. Until then a reader adds the touches itself, so that it always sees what counting all issues gives.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import OCCURRENCE_SCHEMA
from causeloop_pipeline.storage.database.session import Session

TOUCH_SCHEMA = pl.Schema({**OCCURRENCE_SCHEMA, "issues": pl.Int64()})
COLUMNS = list(OCCURRENCE_SCHEMA)
MONTH = pl.col("occurred_at").dt.convert_time_zone("UTC").dt.date().dt.month_start().alias("month")

SELECT_MONTHS = "select month, content from detect.occurrence_month where workspace_id = %s order by month"

SELECT_SOME_MONTHS = """
select month, content
from detect.occurrence_month
where workspace_id = %s and month = any (%s)
order by month
"""

SELECT_TOUCHES = """
select pattern_id, occurred_at, service, team, environment, severity, issues
from detect.pattern_touch
where workspace_id = %s and occurred_at is not null
"""

# One statement, for its snapshot: what touched the patterns since their tallies were counted is added later.
SELECT_COUNTED_OCCURRENCES = """
select pattern_id, source_created_at as occurred_at, service, team, environment, severity, 1 as issues
from core.issue
where workspace_id = %(workspace_id)s and pattern_id is not null
union all
select pattern_id, occurred_at, service, team, environment, severity, -issues
from detect.pattern_touch
where workspace_id = %(workspace_id)s and occurred_at is not null
"""

UPSERT_MONTH = """
insert into detect.occurrence_month (workspace_id, month, content) values (%s, %s, %s)
on conflict (workspace_id, month) do update set content = excluded.content
"""

DELETE_MONTHS = "delete from detect.occurrence_month where workspace_id = %s and month = any (%s)"


class OccurrenceCountError(RuntimeError):
    """An occurrence is gone that was never counted: all must be counted again."""


def count_all_occurrences(session: Session, workspace_id: UUID) -> None:
    """Make all months of a workspace again, from its issues."""
    delete_occurrences(session, workspace_id)
    counted = session.read(SELECT_COUNTED_OCCURRENCES, {"workspace_id": workspace_id}, schema=TOUCH_SCHEMA)
    _write_months(session, workspace_id, dict(_split_months(_add_up(OCCURRENCE_SCHEMA.to_frame(), counted))))


def update_occurrences(session: Session, workspace_id: UUID, touches: pl.DataFrame) -> int:
    """Bring the months up to date by touches, of TOUCH_SCHEMA; how many were touched."""
    dated = touches.filter(pl.col("occurred_at").is_not_null())
    touched = dated.select(MONTH).to_series().unique().to_list()
    stored = _read_months(session, SELECT_SOME_MONTHS, (workspace_id, touched))
    before = pl.concat([OCCURRENCE_SCHEMA.to_frame(), *(content for _, content in stored)])
    after = dict(_split_months(_add_up(before, dated)))
    _write_months(session, workspace_id, after)
    session.execute(DELETE_MONTHS, (workspace_id, [month for month in touched if month not in after]))
    return len(touched)


def delete_occurrences(session: Session, workspace_id: UUID) -> None:
    """Keep no month: until all are counted again, issues are read one by one."""
    session.execute("delete from detect.occurrence_month where workspace_id = %s", (workspace_id,))


def are_occurrences_counted(session: Session, workspace_id: UUID) -> bool:
    """Whether the months of a workspace are kept."""
    row = session.row(
        "select exists (select from detect.occurrence_month where workspace_id = %s) as are_counted",
        (workspace_id,),
    )
    return bool(row and row["are_counted"])


def read_counted_occurrences(session: Session, workspace_id: UUID) -> pl.DataFrame | None:
    """All occurrences by pattern and time, of OCCURRENCE_SCHEMA; None where no months are kept."""
    months = _read_months(session, SELECT_MONTHS, (workspace_id,))
    if not months:
        return None
    stored = pl.concat([content for _, content in months])
    touches = session.read(SELECT_TOUCHES, (workspace_id,), schema=TOUCH_SCHEMA)
    # A month is in order, and the months follow one another: only the patterns are not in order yet.
    return _add_up(stored, touches) if touches.height else stored.sort("pattern_id", maintain_order=True)


def _read_months(
    session: Session, query: str, parameters: tuple[object, ...]
) -> list[tuple[date, pl.DataFrame]]:
    rows = session.connection.execute(query, parameters, binary=True).fetchall()
    return [(row["month"], pl.read_parquet(BytesIO(row["content"]))) for row in rows]


def _split_months(rows: pl.DataFrame) -> Iterable[tuple[date, pl.DataFrame]]:
    for (month,), part in rows.group_by(MONTH, maintain_order=True):
        yield month, part


def _add_up(before: pl.DataFrame, touches: pl.DataFrame) -> pl.DataFrame:
    """The occurrences before and those that came, less those that went, in an order of their own."""
    net = touches.group_by(COLUMNS).agg(pl.col("issues").sum()).filter(pl.col("issues") != 0)
    if net.is_empty():
        return before
    if (net["issues"] < 0).any():
        counted = pl.concat([before.with_columns(issues=pl.lit(1, pl.Int64)), net])
        net = counted.group_by(COLUMNS).agg(pl.col("issues").sum()).filter(pl.col("issues") != 0)
        before = before.clear()
    if (net["issues"] < 0).any():
        raise OccurrenceCountError("more occurrences are gone than were counted: group all issues again")
    added = net.select(pl.col(COLUMNS).repeat_by("issues").explode()) if net.height else before.clear()
    return pl.concat([before, added]).sort(COLUMNS)


def _write_months(session: Session, workspace_id: UUID, months: Mapping[date, pl.DataFrame]) -> None:
    rows = []
    for month, occurrences in months.items():
        content = BytesIO()
        occurrences.rechunk().write_parquet(content, compression="zstd", statistics=False)
        rows.append((workspace_id, month, content.getvalue()))
    with session.connection.cursor() as cursor:
        cursor.executemany(UPSERT_MONTH, rows)
