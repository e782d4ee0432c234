"""Reads how the issues of patterns ended, and gathers what people did and found out about each pattern."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import polars as pl

from causeloop_pipeline.analysis.act.endings import ReportedEnding, group_endings
from causeloop_pipeline.analysis.act.investigations import list_findings
from causeloop_pipeline.analysis.act.pattern_evidence import Experience
from causeloop_pipeline.analysis.act.stated_endings import read_stated_ending
from causeloop_pipeline.landing.storable import make_texts_storable
from causeloop_pipeline.model.instant_range import MIN_INSTANT
from causeloop_pipeline.storage.act.endings import (
    read_last_reading,
    read_reported_endings,
    read_unread_endings,
    write_endings,
)
from causeloop_pipeline.storage.database.session import Session

READ_AT_ONCE = 20_000
ARRIVED_LATE = timedelta(days=2)


def refresh_endings(session: Session, workspace_id: UUID, *, is_rebuild: bool) -> int:
    """Read how issues ended: those that arrived lately, or all that were not read yet; returns how many."""
    last = None if is_rebuild else read_last_reading(session, workspace_id)
    since = last - ARRIVED_LATE if last is not None else MIN_INSTANT
    unread = read_unread_endings(session, workspace_id, since, READ_AT_ONCE)
    write_endings(session, workspace_id, [_read_ending(row) for row in unread])
    return len(unread)


def gather_experience(
    session: Session, workspace_id: UUID, pattern_ids: Sequence[str], states: pl.DataFrame, *, as_of: datetime
) -> Experience:
    """What ended some patterns and how long it held, and what investigations found out."""
    reported: dict[str, list[ReportedEnding]] = {}
    for row in read_reported_endings(session, workspace_id, pattern_ids):
        reported.setdefault(row.pop("pattern_id"), []).append(ReportedEnding(**row))
    groups = {pattern_id: group_endings(endings, as_of=as_of) for pattern_id, endings in reported.items()}
    return Experience(groups, list_findings(states))


def _read_ending(row: Mapping[str, Any]) -> dict[str, Any]:
    payload = row["payload"] if isinstance(row["payload"], dict) else {}
    stated = read_stated_ending({**payload, "attributes": row["attributes"]}, row["body"])
    times = {name: row[name] for name in ("issue_id", "ended_at", "took_seconds", "read_until")}
    return times | {
        name: make_texts_storable(getattr(stated, name))
        for name in ("action", "phrase", "quote", "field", "made_by", "link")
    }
