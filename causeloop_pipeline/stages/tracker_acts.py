"""Decides what is to be done on issues in their trackers: comment on recurrences, close what a fix ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from causeloop_pipeline.analysis.act.ending_actions import NOTHING_DONE
from causeloop_pipeline.model.links import build_pattern_url
from causeloop_pipeline.model.tracker_act import TrackerActKind, TrackerActMode, TrackerActStatus
from causeloop_pipeline.outbound.comment_text import write_held, write_recurrence
from causeloop_pipeline.outbound.commenters import COMMENTERS, find_place
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.recurrences import Forecasts
from causeloop_pipeline.storage.act.tracker_act_candidates import read_held, read_recurrences
from causeloop_pipeline.storage.act.tracker_acts import (
    DecidedAct,
    judge_by_outcome,
    read_modes,
    write_decided,
)
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Session

NEW = timedelta(days=3)
"""How old an issue may be that is commented on for the first time: what is older is history."""
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
    forecasts = Forecasts.read(session, workspace, {row["pattern_id"] for row in rows})
    texts = {
        row["issue_id"]: write_recurrence(forecasts.describe(row, row["ordinal"], row["previous_at"]))
        for row in rows
    }
    return _list_decided(TrackerActKind.COMMENT, status, rows, texts)


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
