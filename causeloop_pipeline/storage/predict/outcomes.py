"""Outcomes of predictions, and the ledger of predictions with an outcome that models are calibrated on."""

from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import INSTANT, LEDGER_SCHEMA, UNDECIDED_PREDICTION_SCHEMA
from causeloop_pipeline.storage.database.session import Session

MAX_LEDGER_ROWS = 50_000

# A person's outcome takes precedence over the system's. Ids are digests, so the first ones are a fixed
# sample of all times, and the indexes of both tables return them in order.
# Predictions that a claimed fix has lowered are left out: most of their quiet windows are `prevented`, which
# is no merit of the forecast, so only their hits would remain.
SELECT_LEDGER = """
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

SELECT_UNDECIDED = """
select p.prediction_id, p.pattern_id, p.issued_at, p.window_days, p.probability
from predict.prediction as p
where p.workspace_id = %(workspace_id)s and p.closes_at <= %(as_of)s and p.probability is not null
  and not exists (select from predict.outcome as o
                  where o.workspace_id = p.workspace_id and o.prediction_id = p.prediction_id
                    and o.decided_by = 'system')
order by p.issued_at, p.pattern_id, p.window_days
"""


def read_ledger(
    session: Session,
    workspace_id: UUID,
    since: datetime,
    columns: pl.Schema = LEDGER_SCHEMA,
    limit: int = MAX_LEDGER_ROWS,
) -> pl.DataFrame:
    """The predictions issued since a moment that have an outcome, or a fair sample of `limit` of them."""
    parameters = {"workspace_id": workspace_id, "since": since, "limit": limit}
    # The planner expects few rows of a new workspace, and would choose a nested loop.
    session.execute("set local enable_nestloop = off")
    ledger = session.read(SELECT_LEDGER, parameters, schema=columns)
    session.execute("set local enable_nestloop = on")
    return ledger


def read_undecided_predictions(session: Session, workspace_id: UUID, as_of: datetime) -> pl.DataFrame:
    """The predictions whose window has closed and which have no outcome from the system yet."""
    parameters = {"workspace_id": workspace_id, "as_of": as_of}
    return session.read(SELECT_UNDECIDED, parameters, schema=UNDECIDED_PREDICTION_SCHEMA)


def append_outcomes(
    session: Session, workspace_id: UUID, outcomes: pl.DataFrame, decided_at: datetime
) -> int:
    """Record the system's outcomes, from frame(prediction_id, outcome, counterfactual_rate, reason)."""
    rows = outcomes.with_columns(
        workspace_id=pl.lit(str(workspace_id)),
        decided_by=pl.lit("system"),
        decided_at=pl.lit(decided_at).cast(INSTANT),
    )
    return session.insert("predict.outcome", rows)
