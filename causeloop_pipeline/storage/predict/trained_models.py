"""Trained recurrence models, stored nightly, and the ensemble weight of each base model."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.storage.database.session import Session

SELECT_TRAINED_MODEL = """
select model::text as model, trained_at, event_count
from predict.trained_model
where workspace_id = %s and format = %s
"""

UPSERT_TRAINED_MODEL = """
insert into predict.trained_model (workspace_id, format, model, trained_at, event_count)
values (%(workspace_id)s, %(format)s, %(model)s, %(trained_at)s, %(event_count)s)
on conflict (workspace_id) do update
set format = excluded.format, model = excluded.model, trained_at = excluded.trained_at,
    event_count = excluded.event_count
"""


@dataclass(frozen=True)
class StoredModel:
    """A trained model as JSON text, when it was trained, and on how many events."""

    model: str
    trained_at: datetime
    event_count: int


def read_trained_model(session: Session, workspace_id: UUID, model_format: str) -> StoredModel | None:
    """The model trained last for a workspace, if it has this format."""
    row = session.row(SELECT_TRAINED_MODEL, (workspace_id, model_format))
    return StoredModel(**row) if row else None


def store_trained_model(
    session: Session, workspace_id: UUID, model_format: str, trained: StoredModel
) -> None:
    """Replace the stored trained model."""
    parameters = {"workspace_id": workspace_id, "format": model_format, **vars(trained)}
    session.execute(UPSERT_TRAINED_MODEL, parameters)


def replace_weights(
    session: Session, workspace_id: UUID, weights: pl.DataFrame, computed_at: datetime
) -> None:
    """Replace the stored weights of the base models, by window."""
    rows = weights.with_columns(
        workspace_id=pl.lit(str(workspace_id)), computed_at=pl.lit(computed_at).cast(INSTANT)
    )
    session.replace("predict.model_weight", rows, workspace_id)
