"""Decides what is posted in Slack: a card for each pattern that recurs, and when it resurfaces."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from causeloop_pipeline.analysis.act.ending_actions import NOTHING_DONE
from causeloop_pipeline.analysis.act.resurfacing import (
    Standing,
    find_reasons,
    find_round_number,
    measure_pace,
    write_pace,
)
from causeloop_pipeline.model.links import build_pattern_url
from causeloop_pipeline.model.pattern import PatternStatus
from causeloop_pipeline.model.slack import SlackMessageStatus, SlackMode
from causeloop_pipeline.outbound.comment_text import Recurrence
from causeloop_pipeline.outbound.slack.card import (
    CardFacts,
    build_card,
    build_merged,
    build_resurfacing,
    write_reason,
)
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.recurrences import Forecasts
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.notify.slack_candidates import (
    PACE_DAYS,
    RECENT_DAYS,
    read_gone,
    read_mode,
    read_patterns,
)
from causeloop_pipeline.storage.notify.slack_messages import (
    DecidedCard,
    write_body,
    write_card,
    write_resurfacing,
)

STATUS_OF_MODE = {SlackMode.SHADOW: SlackMessageStatus.SHADOW, SlackMode.LIVE: SlackMessageStatus.QUEUED}


def decide_cards(
    session: Session,
    workspace: ScopedWorkspace,
    as_of: datetime,
    pattern_ids: Sequence[UUID] | None = None,
) -> dict[str, float]:
    """Store what is to be posted by the workspace's mode; of some patterns, or of all.

    Returns how many cards are new or changed, and how many patterns come back into the channel.
    """
    app = read_mode(session, workspace.workspace_id)
    status = STATUS_OF_MODE.get(SlackMode(app["mode"])) if app is not None else None
    if app is None or status is None:
        return {}
    rows = read_patterns(
        session,
        workspace.workspace_id,
        as_of,
        {
            "started_at": app["started_at"],
            "recent": as_of - timedelta(days=RECENT_DAYS),
            "since": as_of - timedelta(days=PACE_DAYS),
            "zone": workspace.timezone,
            "nothing": NOTHING_DONE,
            "pattern_ids": None if pattern_ids is None else list(pattern_ids),
        },
    )
    facts = _build_facts(session, workspace, rows)
    changed = resurfaced = 0
    for row in rows:
        is_changed, is_back = _decide(session, workspace, (row, facts[row["pattern_id"]]), app, status, as_of)
        changed, resurfaced = changed + is_changed, resurfaced + is_back
    return {"cards changed": changed + _mark_gone(session, workspace), "patterns resurfaced": resurfaced}


def _decide(
    session: Session,
    workspace: ScopedWorkspace,
    pattern: tuple[Mapping[str, Any], CardFacts],
    app: Mapping[str, Any],
    status: SlackMessageStatus,
    as_of: datetime,
) -> tuple[int, int]:
    """Store the card of one pattern, and why it comes back, if it does: whether each is new."""
    row, facts = pattern
    zone = ZoneInfo(workspace.timezone)
    today, first_day = as_of.astimezone(zone).date(), row["first_seen_at"].astimezone(zone).date()
    pace = measure_pace(row["days"] or [], today, first_day)
    standing = Standing(
        facts.severity, pace.word, find_round_number(facts.occurrences), _find_failed_fix(facts.recurrence)
    )
    is_new, is_snoozed = row["message_id"] is None, facts.snoozed_until is not None
    if is_new and is_snoozed:
        return 0, 0
    noted = row["noted"] if is_snoozed else standing.as_noted(row["noted"] or {})
    card = DecidedCard(row["pattern_id"], app["channel_id"], build_card(facts), noted, status)
    reasons = [] if is_new or is_snoozed else find_reasons(row["noted"], standing)
    changed = write_card(session, workspace.workspace_id, card)
    if not reasons:
        return changed, 0
    sentences = [write_reason(facts, reason, write_pace(pace)) for reason in reasons]
    body = build_resurfacing(facts, sentences)
    write_resurfacing(session, workspace.workspace_id, row["pattern_id"], body, status)
    return changed, 1


def _find_failed_fix(recurrence: Recurrence) -> str | None:
    """The last fix by its time, where it did not hold."""
    verdict, fixed_at = recurrence.verdict, recurrence.fixed_at
    has_failed = verdict is not None and verdict.share_held == 0
    return fixed_at.astimezone(UTC).isoformat() if has_failed and fixed_at is not None else None


def _mark_gone(session: Session, workspace: ScopedWorkspace) -> int:
    """Have the cards of patterns that are no more say so."""
    changed = 0
    for row in read_gone(session, workspace.workspace_id):
        url = build_pattern_url(settings().public_url, row["pattern_id"])
        name = row["body"]["blocks"][0]["text"]["text"]
        changed += write_body(session, workspace.workspace_id, row["pattern_id"], build_merged(name, url))
    return changed


def _build_facts(
    session: Session, workspace: ScopedWorkspace, rows: Sequence[Mapping[str, Any]]
) -> dict[str, CardFacts]:
    forecasts = Forecasts.read(session, workspace, [row["pattern_id"] for row in rows])
    return {row["pattern_id"]: _build_card_facts(row, forecasts) for row in rows}


def _build_card_facts(row: Mapping[str, Any], forecasts: Forecasts) -> CardFacts:
    return CardFacts(
        pattern_id=row["pattern_id"],
        name=row["name"],
        service=row["service"],
        severity=row["severity"],
        status=PatternStatus(row["status"]),
        occurrences=row["occurrence_count"],
        last_at=row["last_seen_at"].astimezone(forecasts.zone),
        recurrence=forecasts.describe(row, row["occurrence_count"]),
        latest_issue_id=row["latest_issue_id"] if row["issue_count"] > 1 else None,
        latest_title=row["latest_title"],
        ending=row["ending"],
        owner=row["owner"],
        snoozed_until=forecasts.localize(row["snoozed_until"]),
    )
