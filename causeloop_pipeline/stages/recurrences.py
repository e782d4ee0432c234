"""What is stored and predicted of failures that repeat, as comments and cards write it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from causeloop_pipeline.model.frames import PREDICTION_SCHEMA
from causeloop_pipeline.model.links import build_pattern_url
from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.outbound.comment_text import Recurrence
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.predict.backtests import read_headline_window
from causeloop_pipeline.storage.predict.predictions import read_latest_predictions_of

PREDICTION_COLUMNS = pl.Schema(
    {name: PREDICTION_SCHEMA[name] for name in ("pattern_id", "probability", "rhythm")}
)


@dataclass(frozen=True)
class Forecasts:
    """The newest predictions of some patterns, in the window that tells most, and the workspace's zone."""

    by_pattern: Mapping[str, Mapping[str, Any]]
    window_days: int
    zone: ZoneInfo

    @classmethod
    def read(cls, session: Session, workspace: ScopedWorkspace, pattern_ids: Collection[str]) -> "Forecasts":
        """Those of these patterns."""
        workspace_id, ids = workspace.workspace_id, sorted(set(pattern_ids))
        window, rows = read_headline_window(session, workspace_id), list[dict[str, Any]]()
        if ids:
            frame = read_latest_predictions_of(session, workspace_id, (window,), ids, PREDICTION_COLUMNS)
            rows = frame.rows(named=True)
        return cls({row["pattern_id"]: row for row in rows}, window, ZoneInfo(workspace.timezone))

    def describe(
        self, row: Mapping[str, Any], ordinal: int, previous_at: datetime | None = None
    ) -> Recurrence:
        """The recurrence of a row with a pattern, its last fix and verdict, and what ended it last."""
        prediction = self.by_pattern.get(row["pattern_id"], {})
        rhythm = prediction.get("rhythm")
        is_due = rhythm is not None and not rhythm["missed"]
        return Recurrence(
            ordinal=ordinal,
            previous_at=self.localize(previous_at),
            fixed_at=self.localize(row["fixed_at"]),
            verdict=Verdict(row["verdict"]) if row["verdict"] else None,
            ended_at=self.localize(row["ended_at"]),
            action=row["action"],
            next_due=date.fromisoformat(rhythm["next"]) if is_due and rhythm is not None else None,
            probability=prediction.get("probability"),
            window_days=self.window_days,
            pattern_url=build_pattern_url(settings().public_url, row["pattern_id"]),
        )

    def localize(self, instant: datetime | None) -> datetime | None:
        """An instant in the workspace's zone."""
        return instant.astimezone(self.zone) if instant is not None else None
