"""Issued predictions, which are never rewritten: the latest of each pattern, those due, and new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.derived_ids import derive_id
from causeloop_pipeline.model.frames import PREDICTION_SCHEMA
from causeloop_pipeline.model.json_columns import encode_json_columns
from causeloop_pipeline.storage.database.session import Session

ROWS_PER_INSERT = 50_000
TEXT_COLUMNS = ("likely_trigger", "evidence", "likely_where", "likely_when", "rhythm")
EMPTY_JSON = {"evidence": "[]", "likely_where": "{}", "likely_when": "[]", "model_probabilities": "{}"}
DUE_SCHEMA = pl.Schema({"pattern_id": pl.String(), "windows": pl.List(pl.String())})

SELECT_LATEST = """
select latest.*
from detect.pattern as p
cross join unnest(%(windows)s::integer[]) as w (days)
cross join lateral predict.latest_prediction(p.workspace_id, p.pattern_id, w.days) as latest
where p.workspace_id = %(workspace_id)s
order by latest.pattern_id, latest.window_days
"""

SELECT_LATEST_OF_PATTERNS = """
select latest.*
from unnest(%(pattern_ids)s::uuid[]) as p (pattern_id)
cross join unnest(%(windows)s::integer[]) as w (days)
cross join lateral predict.latest_prediction(%(workspace_id)s, p.pattern_id, w.days) as latest
order by latest.pattern_id, latest.window_days
"""

# A pattern counts all its occurrences; those that begin only later are few. The counts of all patterns
# are read once, whatever the planner knows; those they do not settle are looked at one by one.
SELECT_DUE = """
with later as (
    select i.pattern_id, count(*) as occurrences
    from core.occurrence as o
    join core.issue as i using (workspace_id, issue_id)
    where o.workspace_id = %(workspace_id)s and o.started_at >= %(as_of)s and i.pattern_id is not null
    group by i.pattern_id
), claims as (
    select pattern_id, greatest(fixed_at, withdrawn_at) as at
    from act.fix where workspace_id = %(workspace_id)s
    union all
    select pattern_id, greatest(made_at, withdrawn_at)
    from detect.closure_note where workspace_id = %(workspace_id)s
), last_claims as (
    select pattern_id, max(at) as at
    from claims
    where at between %(renew_before)s and %(as_of)s
    group by pattern_id
), settled as (
    select pattern_id, event_count
    from predict.current_prediction
    where workspace_id = %(workspace_id)s and window_days = any (%(windows)s::integer[])
      and issued_at >= %(renew_before)s
    group by pattern_id, event_count
    having count(*) = cardinality(%(windows)s::integer[])
    intersect
    select pattern_id, occurrence_count from detect.pattern where workspace_id = %(workspace_id)s
), unsettled as (
    select pattern_id from detect.pattern where workspace_id = %(workspace_id)s
    except (
        select pattern_id from settled
        except (select pattern_id from later union all select pattern_id from last_claims)
    )
)
select p.pattern_id, array(
    select w.days from unnest(%(windows)s::integer[]) as w (days)
    where w.days <> all (current.windows)
    order by w.days
) as windows
from unsettled as p
cross join lateral (
    select occurrence_count from detect.pattern as c
    where c.workspace_id = %(workspace_id)s and c.pattern_id = p.pattern_id
    offset 0
) as counted
left join later on later.pattern_id = p.pattern_id
left join last_claims on last_claims.pattern_id = p.pattern_id
cross join lateral (
    select coalesce(array_agg(c.window_days), '{}') as windows
    from predict.current_prediction as c
    where c.workspace_id = %(workspace_id)s and c.pattern_id = p.pattern_id
      and c.issued_at >= %(renew_before)s
      and c.event_count = counted.occurrence_count - coalesce(later.occurrences, 0)
      and c.issued_at >= coalesce(last_claims.at, '-infinity')
) as current
where not current.windows @> %(windows)s::integer[]
order by p.pattern_id
"""

# By closes_at, for which there is an index.
SELECT_ISSUED_AT = """
select prediction_id
from predict.prediction
where workspace_id = %(workspace_id)s and issued_at = %(issued_at)s
    and closes_at = any (%(closes_at)s)
limit 1
"""

INSERT_PREDICTIONS = """
insert into predict.prediction (workspace_id, issued_at, closes_at, {columns})
select %(workspace_id)s, %(issued_at)s, %(issued_at)s + window_days * interval '24 hours', {columns}
from new_prediction
join new_prediction_text using (pattern_id)
{on_conflict}
"""


@dataclass(frozen=True)
class _Batch:
    """The workspace and moment of some predictions, and whether some of them may be stored already."""

    workspace_id: UUID
    issued_at: datetime
    is_repeated: bool


def read_latest_predictions(
    session: Session, workspace_id: UUID, windows: tuple[int, ...], columns: pl.Schema = PREDICTION_SCHEMA
) -> pl.DataFrame:
    """The latest prediction of each present pattern and window."""
    parameters = {"workspace_id": workspace_id, "windows": list(windows)}
    return session.read(SELECT_LATEST, parameters, schema=columns)


def read_latest_predictions_of(
    session: Session,
    workspace_id: UUID,
    windows: tuple[int, ...],
    pattern_ids: Sequence[str],
    columns: pl.Schema = PREDICTION_SCHEMA,
) -> pl.DataFrame:
    """The latest prediction of some present patterns in each window."""
    parameters = {"workspace_id": workspace_id, "windows": list(windows), "pattern_ids": list(pattern_ids)}
    return session.read(SELECT_LATEST_OF_PATTERNS, parameters, schema=columns)


def read_due_predictions(
    session: Session, workspace_id: UUID, windows: tuple[int, ...], as_of: datetime, renew_before: datetime
) -> pl.DataFrame:
    """The patterns and windows to predict.

    Those whose issues changed since the latest prediction, those with a fix claimed or withdrawn since, and
    those without a prediction after `renew_before`.
    """
    parameters = {
        "workspace_id": workspace_id,
        "windows": list(windows),
        "as_of": as_of,
        "renew_before": renew_before,
    }
    due = session.read(SELECT_DUE, parameters, schema=DUE_SCHEMA).explode("windows")
    return due.select("pattern_id", window_days=pl.col("windows").cast(pl.Int64))


def append_predictions(
    session: Session, workspace_id: UUID, predictions: pl.DataFrame, issued_at: datetime
) -> int:
    """Store predictions; issued again at the same moment, the same ones are the same rows.

    The texts are the pattern's, whatever the window; ValueError when they differ between its windows.
    """
    closes_at = [issued_at + timedelta(days=days) for days in predictions["window_days"].unique()]
    parameters = {"workspace_id": workspace_id, "issued_at": issued_at, "closes_at": closes_at}
    is_repeated = session.row(SELECT_ISSUED_AT, parameters) is not None
    batch = _Batch(workspace_id, issued_at, is_repeated)
    return sum(_insert(session, batch, part) for part in predictions.iter_slices(ROWS_PER_INSERT))


def _insert(session: Session, batch: _Batch, predictions: pl.DataFrame) -> int:
    """Insert a batch of predictions.

    Each pattern's texts are sent once, for they are most of the bytes, and stored rows are looked for only
    where there may be some, for that costs as much as the rows.
    """
    texts = predictions.select("pattern_id", *TEXT_COLUMNS).unique(maintain_order=True)
    if texts["pattern_id"].is_duplicated().any():
        raise ValueError(f"the {', '.join(TEXT_COLUMNS)} of a pattern must be the same in all of its windows")
    session.execute("drop table if exists pg_temp.new_prediction, pg_temp.new_prediction_text")
    ids = pl.Series("prediction_id", _make_ids(batch, predictions), dtype=pl.String())
    rows = predictions.drop(TEXT_COLUMNS).with_columns(ids)
    session.stage("new_prediction", _encode_json(rows), like="predict.prediction")
    session.stage("new_prediction_text", _encode_json(texts), like="predict.prediction")
    statement = INSERT_PREDICTIONS.format(
        columns=", ".join((*rows.columns, *TEXT_COLUMNS)),
        on_conflict="on conflict do nothing" if batch.is_repeated else "",
    )
    parameters: dict[str, Any] = {"workspace_id": batch.workspace_id, "issued_at": batch.issued_at}
    return session.execute(statement, parameters)


def _encode_json(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as they are stored, where nothing is an empty list or object and not null."""
    empty = [pl.col(name).fill_null(text) for name, text in EMPTY_JSON.items() if name in rows.columns]
    return encode_json_columns(rows).with_columns(empty)


def _make_ids(batch: _Batch, predictions: pl.DataFrame) -> list[str]:
    """Ids derived from workspace, pattern, window and moment, so that a repeated write adds no second row."""
    issued_at = batch.issued_at.isoformat()
    return [
        derive_id(batch.workspace_id, f"prediction|{pattern_id}|{window_days}|{issued_at}")
        for pattern_id, window_days in predictions.select("pattern_id", "window_days").iter_rows()
    ]
