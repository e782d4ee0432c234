"""When and where patterns occurred, kept by month and in columns, so that a run does not read every one.

An occurrence that is added or removed, or whose issue changes, leaves a touch. The next run sums up the
touches beside the months, which are rewritten when many have accumulated. Until then readers add the touches
themselves, so that they always see what counting all occurrences would give.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from io import BytesIO
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import CATEGORIZED_OCCURRENCE_SCHEMA, OCCURRENCE_SCHEMA
from causeloop_pipeline.storage.database.session import Session

MAX_LATER_ROWS = 20_000
"""More are merged into the months, at a cost proportional to the workspace's occurrences."""

TOUCH_SCHEMA = pl.Schema({**OCCURRENCE_SCHEMA, "issues": pl.Int64(), "occurrences": pl.Int64()})
CHANGE_SCHEMA = pl.Schema({**OCCURRENCE_SCHEMA, "occurrences": pl.Int64()})
CATEGORIZED_CHANGE_SCHEMA = pl.Schema({**CATEGORIZED_OCCURRENCE_SCHEMA, "occurrences": pl.Int64()})
COLUMNS = list(OCCURRENCE_SCHEMA)
MONTH = pl.col("occurred_at").dt.convert_time_zone("UTC").dt.date().dt.month_start().alias("month")

SELECT_MONTHS = "select month, content from detect.occurrence_month where workspace_id = %s order by month"

SELECT_SOME_MONTHS = """
select month, content
from detect.occurrence_month
where workspace_id = %s and month = any (%s)
order by month
"""

SELECT_LATER = "select content from detect.later_occurrence where workspace_id = %s"

SELECT_TOUCHES = """
select pattern_id, occurred_at, service, team, environment, severity, occurrences
from detect.pattern_touch
where workspace_id = %s and occurrences <> 0
"""

# One statement, for one snapshot: touches since the tallies were counted are added later.
SELECT_COUNTED_OCCURRENCES = """
select i.pattern_id, o.started_at as occurred_at, i.service, i.team, i.environment, i.severity,
       1 as occurrences
from core.issue as i
join core.occurrence as o using (workspace_id, issue_id)
where i.workspace_id = %(workspace_id)s and i.pattern_id is not null
union all
select pattern_id, occurred_at, service, team, environment, severity, -occurrences
from detect.pattern_touch
where workspace_id = %(workspace_id)s and occurrences <> 0
"""

UPSERT_MONTH = """
insert into detect.occurrence_month (workspace_id, month, content) values (%s, %s, %s)
on conflict (workspace_id, month) do update set content = excluded.content
"""

UPSERT_LATER = """
insert into detect.later_occurrence (workspace_id, content) values (%s, %s)
on conflict (workspace_id) do update set content = excluded.content
"""

DELETE_MONTHS = "delete from detect.occurrence_month where workspace_id = %s and month = any (%s)"


class OccurrenceCountError(RuntimeError):
    """An occurrence was removed that was never counted: all must be counted again."""


def count_all_occurrences(session: Session, workspace_id: UUID) -> None:
    """Recompute all months of a workspace from its occurrences."""
    delete_occurrences(session, workspace_id)
    counted = session.read(SELECT_COUNTED_OCCURRENCES, {"workspace_id": workspace_id}, schema=CHANGE_SCHEMA)
    everything = _add_up(CATEGORIZED_OCCURRENCE_SCHEMA.to_frame(), _sum_touches([counted]))
    _write_months(session, workspace_id, dict(_split_months(everything)))


def update_occurrences(session: Session, workspace_id: UUID, touches: pl.DataFrame) -> None:
    """Update the stored occurrences by touches, in TOUCH_SCHEMA."""
    later = _sum_touches([_read_later(session, workspace_id), _select_changes(touches)])
    if later.height <= MAX_LATER_ROWS:
        session.execute(UPSERT_LATER, (workspace_id, _write_parquet(later.sort(COLUMNS))))
    else:
        _add_to_months(session, workspace_id, later)


def complete_months(session: Session, workspace_id: UUID) -> None:
    """Merge all later touches into the months."""
    _add_to_months(session, workspace_id, _read_later(session, workspace_id))


def delete_occurrences(session: Session, workspace_id: UUID) -> None:
    """Delete all months: until they are recomputed, occurrences are read one by one."""
    session.execute("delete from detect.occurrence_month where workspace_id = %s", (workspace_id,))
    session.execute("delete from detect.later_occurrence where workspace_id = %s", (workspace_id,))


def are_occurrences_counted(session: Session, workspace_id: UUID) -> bool:
    """Whether the months of a workspace are stored."""
    row = session.row(
        "select exists (select from detect.occurrence_month where workspace_id = %s) as are_counted",
        (workspace_id,),
    )
    return bool(row and row["are_counted"])


def read_counted_occurrences(session: Session, workspace_id: UUID) -> pl.DataFrame | None:
    """All occurrences in no order, in CATEGORIZED_OCCURRENCE_SCHEMA; None where no months are stored."""
    months = _read_months(session, SELECT_MONTHS, (workspace_id,))
    if not months:
        return None
    stored = pl.concat([content for _, content in months], rechunk=True)
    touches = session.read(SELECT_TOUCHES, (workspace_id,), schema=CHANGE_SCHEMA)
    return _add_up(stored, _sum_touches([_read_later(session, workspace_id), touches]))


def _add_to_months(session: Session, workspace_id: UUID, later: pl.DataFrame) -> None:
    touched = later.select(MONTH).to_series().unique().to_list()
    stored = _read_months(session, SELECT_SOME_MONTHS, (workspace_id, touched))
    before = pl.concat([CATEGORIZED_OCCURRENCE_SCHEMA.to_frame(), *(content for _, content in stored)])
    after = dict(_split_months(_add_up(before, later)))
    _write_months(session, workspace_id, after)
    session.execute(DELETE_MONTHS, (workspace_id, [month for month in touched if month not in after]))
    session.execute("delete from detect.later_occurrence where workspace_id = %s", (workspace_id,))


def _read_later(session: Session, workspace_id: UUID) -> pl.DataFrame:
    """The touches since the months were written, in CATEGORIZED_CHANGE_SCHEMA."""
    row = session.connection.execute(SELECT_LATER, (workspace_id,), binary=True).fetchone()
    return _read_changes(row["content"]) if row else CATEGORIZED_CHANGE_SCHEMA.to_frame()


def _read_changes(content: bytes) -> pl.DataFrame:
    """Stored changes; earlier versions named them after issues, which had one occurrence each."""
    return pl.read_parquet(BytesIO(content)).rename({"issues": "occurrences"}, strict=False)


def _select_changes(touches: pl.DataFrame) -> pl.DataFrame:
    """The touches of occurrences, in CHANGE_SCHEMA."""
    return touches.filter(pl.col("occurrences") != 0).select(CHANGE_SCHEMA.names())


def _read_months(
    session: Session, query: str, parameters: tuple[object, ...]
) -> list[tuple[date, pl.DataFrame]]:
    """Months by their first day; earlier versions stored texts."""
    rows = session.connection.execute(query, parameters, binary=True).fetchall()
    return [(row["month"], _categorize(pl.read_parquet(BytesIO(row["content"])))) for row in rows]


def _categorize(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.cast({name: CATEGORIZED_CHANGE_SCHEMA[name] for name in rows.columns})


def _split_months(rows: pl.DataFrame) -> Iterable[tuple[date, pl.DataFrame]]:
    for (month,), part in rows.group_by(MONTH, maintain_order=True):
        yield month, part.sort(COLUMNS)


def _sum_touches(touches: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The net change of each occurrence's count."""
    together = pl.concat([_categorize(part) for part in touches])
    return together.group_by(COLUMNS).agg(pl.col("occurrences").sum()).filter(pl.col("occurrences") != 0)


def _add_up(before: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """The previous occurrences plus added ones minus removed ones."""
    gone = later.filter(pl.col("occurrences") < 0)
    if gone.height:
        is_alike = pl.col("occurred_at").is_in(gone["occurred_at"].unique().implode())
        alike = before.filter(is_alike).with_columns(occurrences=pl.lit(1, pl.Int64))
        later = _sum_touches([alike, later])
        before = before.filter(~is_alike)
    if (later["occurrences"] < 0).any():
        raise OccurrenceCountError("more occurrences are gone than were counted: group all issues again")
    added = (
        later.select(pl.col(COLUMNS).repeat_by("occurrences").explode()) if later.height else before.clear()
    )
    return pl.concat([before, added])


def _write_months(session: Session, workspace_id: UUID, months: Mapping[date, pl.DataFrame]) -> None:
    rows = [(workspace_id, month, _write_parquet(occurrences)) for month, occurrences in months.items()]
    with session.connection.cursor() as cursor:
        cursor.executemany(UPSERT_MONTH, rows)


def _write_parquet(rows: pl.DataFrame) -> bytes:
    content = BytesIO()
    rows.rechunk().write_parquet(content, compression="zstd", statistics=False)
    return content.getvalue()
