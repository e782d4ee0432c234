"""Predictions as facts that are never rewritten, and what came of them."""

from datetime import datetime, timedelta
from hashlib import sha1
from typing import Any
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

ROWS_AT_ONCE = 50_000
TEXTS = ("likely_trigger", "evidence", "likely_where", "likely_when")

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
    select pattern_id, count(*) as events
    from core.issue
    where workspace_id = %(workspace_id)s and pattern_id is not null and source_created_at < %(as_of)s
    group by pattern_id
), claimed as (
    select pattern_id, max(at) as last_at
    from (
        select pattern_id, greatest(fixed_at, withdrawn_at) as at
        from act.fix where workspace_id = %(workspace_id)s
        union all
        select pattern_id, made_at from detect.closure_note where workspace_id = %(workspace_id)s
    ) as words
    where at <= %(as_of)s
    group by pattern_id
)
select p.pattern_id, array_agg(w.window_days order by w.window_days) as windows
from detect.pattern as p
cross join unnest(%(windows)s::integer[]) as w (window_days)
left join seen on seen.pattern_id = p.pattern_id
left join claimed on claimed.pattern_id = p.pattern_id
left join lateral (
    select issued_at, event_count
    from predict.prediction as s
    where s.workspace_id = p.workspace_id and s.pattern_id = p.pattern_id and s.window_days = w.window_days
    order by s.issued_at desc
    limit 1
) as last on true
where p.workspace_id = %(workspace_id)s
  and (last.issued_at is null or last.issued_at < %(renew_before)s
       or last.event_count <> coalesce(seen.events, 0) or last.issued_at < claimed.last_at)
group by p.pattern_id
order by p.pattern_id
"""

# Asked by when they close, for which there is an index.
SAID_THEN = """
select prediction_id
from predict.prediction
where workspace_id = %(workspace_id)s and issued_at = %(issued_at)s
    and closes_at = any (%(closes_at)s)
limit 1
"""

DUE_COLUMNS = pl.Schema({"pattern_id": pl.String(), "windows": pl.List(pl.String())})

# The outcome that counts: a person's word goes before the system's. Ids are digests, so the first ones are
# a sample of the whole time, the same one every time, and the indexes of both tables give them in order.
# What was said in view of a fix is left out: its quiet windows are mostly prevented, which is no forecast's
# merit, and its hits alone would remain.
LEDGER = """
with decided as (
    select distinct on (prediction_id) prediction_id, outcome
    from predict.outcome
    where workspace_id = %(workspace_id)s
    order by prediction_id, (decided_by = 'system'), decided_at desc
)
select prediction_id, p.pattern_id, p.window_days, p.issued_at, p.probability, p.model_probabilities,
       d.outcome
from decided as d
join predict.prediction as p using (prediction_id)
where p.workspace_id = %(workspace_id)s and p.issued_at >= %(since)s
    and not p.model_probabilities ? 'without_fix'
order by prediction_id
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
    """The patterns and windows with other issues than last time, with a fix claimed or withdrawn since, or of
    which nothing was said lately.
    """
    parameters = {
        "workspace_id": workspace_id,
        "windows": list(windows),
        "as_of": as_of,
        "renew_before": renew_before,
    }
    due = session.read(DUE, parameters, schema=DUE_COLUMNS).explode("windows")
    return due.select("pattern_id", window_days=pl.col("windows").cast(pl.Int64))


def append_predictions(
    session: Session, workspace_id: UUID, predictions: pl.DataFrame, issued_at: datetime
) -> int:
    """Put predictions on record; the same ones said again at the same moment are the same rows.

    The texts are the pattern's, whatever the window; ValueError when they differ between its windows.
    """
    closes_at = [issued_at + timedelta(days=days) for days in predictions["window_days"].unique()]
    moment = {"workspace_id": workspace_id, "issued_at": issued_at, "closes_at": closes_at}
    repeated = session.row(SAID_THEN, moment) is not None
    return sum(
        _append(session, moment, _facts(workspace_id, part, issued_at), repeated=repeated)
        for part in predictions.iter_slices(ROWS_AT_ONCE)
    )


def _append(session: Session, moment: dict[str, Any], facts: pl.DataFrame, *, repeated: bool) -> int:
    """Send each pattern's texts once, for they are most of the bytes; look for each row only where some may
    be there, for that costs as much as the rows.
    """
    texts = facts.select("pattern_id", *TEXTS).unique(maintain_order=True)
    if texts["pattern_id"].is_duplicated().any():
        raise ValueError(f"the {', '.join(TEXTS)} of a pattern must be the same in all of its windows")
    session.execute("drop table if exists pg_temp.said, pg_temp.told")
    session.stage("said", facts.drop(TEXTS), like="predict.prediction")
    session.stage("told", texts, like="predict.prediction")
    named = ", ".join(facts.columns)
    return session.execute(
        f"insert into predict.prediction (workspace_id, issued_at, closes_at, {named}) "
        "select %(workspace_id)s, %(issued_at)s, %(issued_at)s + window_days * interval '24 hours', "
        f"{named} from said join told using (pattern_id)"
        f"{' on conflict do nothing' if repeated else ''}",
        moment,
    )


def _facts(workspace_id: UUID, predictions: pl.DataFrame, issued_at: datetime) -> pl.DataFrame:
    return predictions.with_columns(
        pl.Series("prediction_id", _ids(workspace_id, predictions, issued_at), dtype=pl.String()),
        pl.col("evidence").fill_null("[]"),
        pl.col("likely_where").fill_null("{}"),
        pl.col("likely_when").fill_null("[]"),
        pl.col("model_probabilities").fill_null("{}"),
    )


def observed_since(session: Session, workspace_id: UUID) -> datetime | None:
    """Since when a workspace has issues, of whatever pattern."""
    row = session.row(
        "select min(source_created_at) as since from core.issue where workspace_id = %s", (workspace_id,)
    )
    return row["since"] if row else None


def read_ledger(
    session: Session, workspace_id: UUID, since: datetime, schema: pl.Schema, limit: int = 50_000
) -> pl.DataFrame:
    """What was said since and what came of it, or a fair sample of so many; the undecided are left out."""
    parameters = {"workspace_id": workspace_id, "since": since, "limit": limit}
    # Of a new workspace the planner believes that it has few rows, and would compare each with each.
    session.execute("set local enable_nestloop = off")
    ledger = session.read(LEDGER, parameters, schema=schema)
    session.execute("set local enable_nestloop = on")
    return ledger


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
    said, moment = workspace_id.bytes + b"prediction|", f"|{issued_at.isoformat()}"
    return [
        _uuid5(said + f"{pattern_id}|{window_days}{moment}".encode())
        for pattern_id, window_days in predictions.select("pattern_id", "window_days").iter_rows()
    ]


def _uuid5(named: bytes) -> str:
    """What `uuid.uuid5` gives for a namespace's bytes and a name, at a tenth of its cost."""
    digest = sha1(named, usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:12]}5{digest[13:16]}{variant}{digest[17:32]}"
