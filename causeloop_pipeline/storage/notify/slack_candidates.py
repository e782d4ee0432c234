"""The patterns that have a card in Slack or are to have one, with what a card states."""

from datetime import datetime
from typing import Any
from uuid import UUID

from causeloop_pipeline.model.pattern import PatternStatus
from causeloop_pipeline.model.slack import SlackMessageKind, SlackMessageStatus
from causeloop_pipeline.storage.database.session import Session

MAX_CARDS = 200
"""How many cards one run looks at, the patterns that occurred last first."""
RECENT_DAYS, PACE_DAYS = 28, 220

LOCK_CARDS = "select pg_advisory_xact_lock(hashtextextended('slack cards ' || %s::text, 0))"
SELECT_MODE = "select mode, started_at, channel_id from notify.slack_app where workspace_id = %s"

# Only a recurrence begins a card: a pattern that was there before the app is no news.
SELECT_PATTERNS = """
select
    p.pattern_id::text as pattern_id, p.name, p.status, p.occurrence_count, p.issue_count, p.first_seen_at,
    p.last_seen_at, p.fingerprint -> 'service' ->> 'value' as service,
    app.owner_of_pattern(p.workspace_id, p.pattern_id, p.fingerprint) ->> 'name' as owner,
    act.last_ending(p.workspace_id, array[p.pattern_id]) as ending,
    case when h.snoozed_until > %(as_of)s then h.snoozed_until end as snoozed_until,
    latest.issue_id::text as latest_issue_id, latest.title as latest_title,
    fixed.fixed_at, fixed.verdict, ended.ended_at, ended.action,
    coalesce(lately.severity, latest.severity) as severity, lately.days,
    c.message_id, c.noted, c.body, c.status as card_status
from detect.pattern as p
left join notify.slack_message as c
    on c.workspace_id = p.workspace_id and c.pattern_id = p.pattern_id and c.kind = %(card)s
left join detect.pattern_handling as h on h.workspace_id = p.workspace_id and h.pattern_id = p.pattern_id
cross join lateral (
    select i.issue_id, i.title, i.severity
    from core.issue as i
    join core.occurrence as o on o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
    where i.workspace_id = p.workspace_id and i.pattern_id = p.pattern_id
    order by o.started_at desc, i.issue_id
    limit 1
) as latest
cross join lateral (
    select min(i.severity) filter (where o.started_at > %(recent)s) as severity,
        array_agg(distinct (o.started_at at time zone %(zone)s)::date) as days
    from core.issue as i
    join core.occurrence as o on o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
    where i.workspace_id = p.workspace_id and i.pattern_id = p.pattern_id and o.started_at > %(since)s
) as lately
left join lateral act.fix_before(p.workspace_id, p.pattern_id, 'infinity') as fixed on true
left join lateral act.action_before(p.workspace_id, p.pattern_id, p.last_seen_at, %(nothing)s) as ended
    on true
where p.workspace_id = %(workspace_id)s
    and (
        c.status <> %(failed)s
        or (
            c.message_id is null and p.status <> %(resolved)s and p.last_seen_at > %(started_at)s
            and p.occurrence_count > 1
        )
    )
    and (%(pattern_ids)s::uuid[] is null or p.pattern_id = any (%(pattern_ids)s::uuid[]))
order by p.last_seen_at desc, p.pattern_id
limit %(limit)s
"""

# What a card stood for is a part of another pattern since, or gone.
SELECT_GONE = """
select c.pattern_id::text as pattern_id, c.body
from notify.slack_message as c
where c.workspace_id = %(workspace_id)s and c.kind = %(card)s and c.status <> %(failed)s
    and not exists (
        select from detect.pattern as p where p.workspace_id = c.workspace_id and p.pattern_id = c.pattern_id
    )
order by c.updated_at desc
limit %(limit)s
"""


def read_mode(session: Session, workspace_id: UUID) -> dict[str, Any] | None:
    """How far a workspace's app may go, into which channel, since when; None where it has none.

    Whoever else decides on cards of this workspace waits until this transaction ends.
    """
    session.execute(LOCK_CARDS, (workspace_id,))
    return session.row(SELECT_MODE, (workspace_id,))


def read_patterns(
    session: Session, workspace_id: UUID, as_of: datetime, spans: dict[str, Any]
) -> list[dict[str, Any]]:
    """The patterns of a workspace that have a card or are to have one.

    `spans` holds when the app began (`started_at`), since when an occurrence is recent, since when days
    count, the time zone, the action that means nothing, and the patterns to look at, None for all.
    """
    parameters = {
        "workspace_id": workspace_id,
        "as_of": as_of,
        "card": SlackMessageKind.CARD.value,
        "failed": SlackMessageStatus.FAILED.value,
        "resolved": PatternStatus.RESOLVED.value,
        "limit": MAX_CARDS,
    }
    return session.rows(SELECT_PATTERNS, parameters | spans)


def read_gone(session: Session, workspace_id: UUID) -> list[dict[str, Any]]:
    """The cards of patterns that are no more."""
    parameters = {
        "workspace_id": workspace_id,
        "card": SlackMessageKind.CARD.value,
        "failed": SlackMessageStatus.FAILED.value,
        "limit": MAX_CARDS,
    }
    return session.rows(SELECT_GONE, parameters)
