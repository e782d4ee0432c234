"""Decides what is to be done on issues in their trackers: comment on recurrences, close what a fix ended."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl

from causeloop_pipeline.analysis.act.ending_actions import NOTHING_DONE
from causeloop_pipeline.model.frames import PREDICTION_SCHEMA
from causeloop_pipeline.model.links import build_pattern_url
from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.model.tracker_act import TrackerActKind, TrackerActMode, TrackerActStatus
from causeloop_pipeline.outbound.comment_text import Recurrence, write_held, write_recurrence
from causeloop_pipeline.outbound.commenters import COMMENTERS, find_place
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.act.tracker_act_candidates import read_held, read_recurrences
from causeloop_pipeline.storage.act.tracker_acts import (
    DecidedAct,
    judge_by_outcome,
    read_modes,
    write_decided,
)
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.predict.backtests import read_headline_window
from causeloop_pipeline.storage.predict.predictions import read_latest_predictions_of

NEW = timedelta(days=3)
"""How old an issue may be that is commented on for the first time: what is older is history."""
PREDICTION_COLUMNS = pl.Schema(
    {name: PREDICTION_SCHEMA[name] for name in ("pattern_id", "probability", "rhythm")}
)
STATUS_OF_MODE = {
    TrackerActMode.SHADOW: TrackerActStatus.SHADOW,
    TrackerActMode.LIVE: TrackerActStatus.QUEUED,
}


def decide_acts(session: Session, workspace: ScopedWorkspace, as_of: datetime) -> dict[str, float]:
    """Store what is due by the workspace's modes; returns how many acts are new, changed or judged."""
    modes = read_modes(session, workspace.workspace_id)
    decided: list[DecidedAct] = []
    if status := STATUS_OF_MODE.get(modes.comment_mode):
        decided += _decide_comments(session, workspace, as_of, status)
    if status := STATUS_OF_MODE.get(modes.close_mode):
        decided += _decide_closings(session, workspace, status)
    written = write_decided(session, workspace.workspace_id, decided)
    judged = judge_by_outcome(session, workspace.workspace_id, modes.proof_window_days)
    return {"acts decided": written, "acts judged": judged}


def _decide_comments(
    session: Session, workspace: ScopedWorkspace, as_of: datetime, status: TrackerActStatus
) -> list[DecidedAct]:
    rows = read_recurrences(session, workspace.workspace_id, tuple(COMMENTERS), as_of - NEW, NOTHING_DONE)
    window = read_headline_window(session, workspace.workspace_id)
    pattern_ids = sorted({row["pattern_id"] for row in rows})
    predicted = _read_predictions(session, workspace.workspace_id, window, pattern_ids)
    zone = ZoneInfo(workspace.timezone)
    return _list_decided(
        TrackerActKind.COMMENT,
        status,
        rows,
        {
            row["issue_id"]: write_recurrence(
                _build_recurrence(row, predicted.get(row["pattern_id"], {}), window, zone)
            )
            for row in rows
        },
    )


def _decide_closings(
    session: Session, workspace: ScopedWorkspace, status: TrackerActStatus
) -> list[DecidedAct]:
    rows = read_held(session, workspace.workspace_id, tuple(COMMENTERS))
    zone, public_url = ZoneInfo(workspace.timezone), settings().public_url
    texts = {
        row["issue_id"]: write_held(
            row["fixed_at"].astimezone(zone), row["text"], build_pattern_url(public_url, row["pattern_id"])
        )
        for row in rows
    }
    return _list_decided(TrackerActKind.CLOSE, status, rows, texts)


def _list_decided(
    kind: TrackerActKind,
    status: TrackerActStatus,
    rows: Sequence[Mapping[str, Any]],
    texts: Mapping[str, str],
) -> list[DecidedAct]:
    """An act for each issue that lies where its connector reads."""
    decided = []
    for row in rows:
        place = find_place(row["connector_type"], row["config"] or {}, row["external_url"], row["key"])
        if place is not None:
            decided.append(
                DecidedAct(
                    kind,
                    row["issue_id"],
                    row["pattern_id"],
                    row["connector_id"],
                    place,
                    texts[row["issue_id"]],
                    status,
                )
            )
    return decided


def _read_predictions(
    session: Session, workspace_id: UUID, window: int, pattern_ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    if not pattern_ids:
        return {}
    frame = read_latest_predictions_of(session, workspace_id, (window,), pattern_ids, PREDICTION_COLUMNS)
    return {row["pattern_id"]: row for row in frame.iter_rows(named=True)}


def _build_recurrence(
    row: Mapping[str, Any], prediction: Mapping[str, Any], window: int, zone: ZoneInfo
) -> Recurrence:
    def localize(name: str) -> datetime | None:
        return row[name].astimezone(zone) if row[name] is not None else None

    rhythm = prediction.get("rhythm")
    is_due = rhythm is not None and not rhythm["missed"]
    return Recurrence(
        ordinal=row["ordinal"],
        previous_at=localize("previous_at"),
        fixed_at=localize("fixed_at"),
        verdict=Verdict(row["verdict"]) if row["verdict"] else None,
        ended_at=localize("ended_at"),
        action=row["action"],
        next_due=date.fromisoformat(rhythm["next"]) if is_due and rhythm is not None else None,
        probability=prediction.get("probability"),
        window_days=window,
        pattern_url=build_pattern_url(settings().public_url, row["pattern_id"]),
    )
