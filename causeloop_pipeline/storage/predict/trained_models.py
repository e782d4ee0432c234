"""What a workspace's predictions have learned, kept from night to night, and how much each model is heard."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session

KEEP_MODEL = """
insert into predict.learned_model (workspace_id, form, model, learned_at, event_count)
values (%(workspace_id)s, %(form)s, %(model)s, %(learned_at)s, %(event_count)s)
on conflict (workspace_id) do update
set form = excluded.form, model = excluded.model, learned_at = excluded.learned_at,
    event_count = excluded.event_count
"""


@dataclass(frozen=True)
class KeptModel:
    """A learned model as it was kept: its text, when it was learned, and of how many events."""

    model: str
    learned_at: datetime
    event_count: int


def read_model(session: Session, workspace_id: UUID, form: str) -> KeptModel | None:
    """The model that a workspace learned last, if it has this form."""
    row = session.row(
        "select model::text as model, learned_at, event_count from predict.learned_model "
        "where workspace_id = %s and form = %s",
        (workspace_id, form),
    )
    return KeptModel(**row) if row else None


def keep_model(session: Session, workspace_id: UUID, form: str, kept: KeptModel) -> None:
    """Keep a learned model instead of the one before."""
    session.execute(KEEP_MODEL, {"workspace_id": workspace_id, "form": form, **vars(kept)})


def replace_weights(
    session: Session, workspace_id: UUID, weights: pl.DataFrame, computed_at: datetime
) -> None:
    """How much each model is listened to, by window."""
    rows = weights.with_columns(workspace_id=pl.lit(str(workspace_id)), computed_at=pl.lit(computed_at))
    session.replace("predict.model_weight", rows, workspace_id)
