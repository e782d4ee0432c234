"""Predictions as facts that are never rewritten, what came of them, and the forecast of the days ahead."""

from datetime import datetime
from uuid import UUID, uuid5

import polars as pl

from causeloop_pipeline.storage.session import Session

LATEST = """
select p.pattern_id, l.*
from detect.pattern as p
cross join unnest(%(windows)s::integer[]) as w (days)
cross join lateral (
    select window_days, probability, reason, impact, likely_trigger, evidence, likely_where, likely_when,
           next_date_low, next_date_median, next_date_high, event_count, model_probabilities, model_version
    from predict.prediction as s
    where s.workspace_id = p.workspace_id and s.pattern_id = p.pattern_id and s.window_days = w.days
    order by s.issued_at desc
    limit 1
) as l
where p.workspace_id = %(workspace_id)s
order by p.pattern_id, l.window_days
"""

DUE = """
with seen as (
    select m.pattern_id, count(*) filter (where i.source_created_at < %(as_of)s) as events
    from detect.pattern_member as m
    join core.issue as i using (workspace_id, issue_id)
    where m.workspace_id = %(workspace_id)s
    group by m.pattern_id
)
select p.pattern_id, w.window_days
from detect.pattern as p
cross join unnest(%(windows)s::integer[]) as w (window_days)
left join seen on seen.pattern_id = p.pattern_id
left join lateral (
    select issued_at, event_count
    from predict.prediction as s
    where s.workspace_id = p.workspace_id and s.pattern_id = p.pattern_id and s.window_days = w.window_days
    order by s.issued_at desc
    limit 1
) as last on true
where p.workspace_id = %(workspace_id)s
  and (last.issued_at is null or last.issued_at < %(renew_before)s
       or last.event_count <> coalesce(seen.events, 0))
order by p.pattern_id, w.window_days
"""

DUE_COLUMNS = pl.Schema({"pattern_id": pl.String(), "window_days": pl.Int64()})

# The outcome that counts: a person's word goes before the system's.
LEDGER = """
select p.prediction_id, p.pattern_id, p.window_days, p.issued_at, p.probability, p.model_probabilities,
       o.outcome
from predict.prediction as p
join lateral (
    select outcome
    from predict.outcome as o
    where o.workspace_id = p.workspace_id and o.prediction_id = p.prediction_id
    order by (o.decided_by = 'system'), o.decided_at desc
    limit 1
) as o on true
where p.workspace_id = %(workspace_id)s and p.issued_at >= %(since)s
order by p.issued_at desc, p.pattern_id, p.window_days
limit %(limit)s
"""

LEDGER_COLUMNS = pl.Schema(
    {
        "issued_at": pl.Datetime("us", "UTC"),
        "window_days": pl.Int64(),
        "probability": pl.Float64(),
        "model_probabilities": pl.String(),
        "outcome": pl.String(),
    }
)

UNDECIDED = """
select p.prediction_id, p.pattern_id, p.issued_at, p.window_days, p.probability
from predict.prediction as p
where p.workspace_id = %(workspace_id)s and p.closes_at <= %(as_of)s and p.probability is not null
  and not exists (select from predict.outcome as o
                  where o.workspace_id = p.workspace_id and o.prediction_id = p.prediction_id
                    and o.decided_by = 'system')
order by p.issued_at, p.pattern_id, p.window_days
"""

UNDECIDED_COLUMNS = pl.Schema(
    {
        "prediction_id": pl.String(),
        "pattern_id": pl.String(),
        "issued_at": pl.Datetime("us", "UTC"),
        "window_days": pl.Int64(),
        "probability": pl.Float64(),
    }
)


def read_latest_predictions(
    session: Session, workspace_id: UUID, windows: tuple[int, ...], schema: pl.Schema
) -> pl.DataFrame:
    """The newest prediction of each present pattern and window."""
    return session.read(LATEST, {"workspace_id": workspace_id, "windows": list(windows)}, schema=schema)


def predictions_due(
    session: Session, workspace_id: UUID, windows: tuple[int, ...], as_of: datetime, renew_before: datetime
) -> pl.DataFrame:
    """The patterns and windows with other issues than last time, or of which nothing was said lately."""
    parameters = {
        "workspace_id": workspace_id,
        "windows": list(windows),
        "as_of": as_of,
        "renew_before": renew_before,
    }
    return session.read(DUE, parameters, schema=DUE_COLUMNS)


def append_predictions(
    session: Session, workspace_id: UUID, predictions: pl.DataFrame, issued_at: datetime
) -> int:
    """Put predictions on record; the same ones said again at the same moment are the same rows."""
    closes = pl.lit(issued_at) + pl.duration(days=pl.col("window_days"))
    rows = predictions.with_columns(
        pl.lit(str(workspace_id)).alias("workspace_id"),
        pl.Series("prediction_id", _ids(workspace_id, predictions, issued_at), dtype=pl.String()),
        pl.lit(issued_at).cast(pl.Datetime("us", "UTC")).alias("issued_at"),
        closes.cast(pl.Datetime("us", "UTC")).alias("closes_at"),
        pl.col("evidence").fill_null("[]"),
        pl.col("likely_where").fill_null("{}"),
        pl.col("likely_when").fill_null("[]"),
        pl.col("model_probabilities").fill_null("{}"),
    )
    return session.insert("predict.prediction", rows)


def replace_forecasts(
    session: Session, workspace_id: UUID, forecasts: pl.DataFrame, computed_at: datetime
) -> None:
    """Make these the workspace's only forecasts: one row a pattern, and one without for the whole."""
    days = forecasts.sort("pattern_id", "day").group_by("pattern_id", maintain_order=True)
    rows = days.agg(pl.col("day").alias("days"), "yhat", "yhat_lower", "yhat_upper")
    rows = rows.with_columns(workspace_id=pl.lit(str(workspace_id)), computed_at=pl.lit(computed_at))
    session.replace("predict.forecast", rows, workspace_id)


def replace_weights(
    session: Session, workspace_id: UUID, weights: pl.DataFrame, computed_at: datetime
) -> None:
    """How much each model is listened to, by window."""
    rows = weights.with_columns(workspace_id=pl.lit(str(workspace_id)), computed_at=pl.lit(computed_at))
    session.replace("predict.model_weight", rows, workspace_id)


def read_ledger(
    session: Session, workspace_id: UUID, since: datetime, schema: pl.Schema, limit: int = 50_000
) -> pl.DataFrame:
    """What was said since and what came of it, newest first; undecided predictions are left out."""
    parameters = {"workspace_id": workspace_id, "since": since, "limit": limit}
    return session.read(LEDGER, parameters, schema=schema)


def read_undecided(session: Session, workspace_id: UUID, as_of: datetime) -> pl.DataFrame:
    """The predictions whose window has closed and on which the system has not decided."""
    parameters = {"workspace_id": workspace_id, "as_of": as_of}
    return session.read(UNDECIDED, parameters, schema=UNDECIDED_COLUMNS)


def append_outcomes(
    session: Session, workspace_id: UUID, outcomes: pl.DataFrame, decided_at: datetime
) -> int:
    """Put decisions on record, of frame(prediction_id, outcome, counterfactual_rate, reason)."""
    rows = outcomes.with_columns(
        workspace_id=pl.lit(str(workspace_id)),
        decided_by=pl.lit("system"),
        decided_at=pl.lit(decided_at).cast(pl.Datetime("us", "UTC")),
    )
    return session.insert("predict.outcome", rows)


def _ids(workspace_id: UUID, predictions: pl.DataFrame, issued_at: datetime) -> list[str]:
    """Ids that follow from what was said when, so that a repeated write is not a second prediction."""
    return [
        str(uuid5(workspace_id, f"prediction|{pattern_id}|{window_days}|{issued_at.isoformat()}"))
        for pattern_id, window_days in predictions.select("pattern_id", "window_days").iter_rows()
    ]
