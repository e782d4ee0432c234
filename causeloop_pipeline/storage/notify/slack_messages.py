"""Messages in Slack: what is to be posted, what is due, and what came of it.

An attempt is counted and committed before it begins, so that no two overlap, and the message of an attempt
that was killed is found again by its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.model.slack import SlackMessageKind, SlackMessageStatus, SlackMode
from causeloop_pipeline.storage.database.session import Session

MAX_ATTEMPTS = 8
RETRY_DELAYS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
)
"""After an attempt; the last one again and again."""
VALUES = {each.value: each.value for each in (*SlackMessageKind, *SlackMessageStatus, SlackMode.LIVE)}

# A resurfacing waits for its card, under which it also stands.
IS_DUE = """
(m.status = %(queued)s or (m.status = %(sent)s and m.is_edit_due))
and a.mode = %(live)s and a.error is null and m.next_try_at <= now()
and (
    m.kind = %(card)s or not exists (
        select from notify.slack_message as c
        where c.workspace_id = m.workspace_id and c.pattern_id = m.pattern_id and c.kind = %(card)s
            and c.status = %(queued)s
    )
)
"""

SELECT_WORKSPACES = f"""
select distinct m.workspace_id
from notify.slack_message as m
join notify.slack_app as a on a.workspace_id = m.workspace_id
join app.active_workspace as w on w.workspace_id = m.workspace_id
where {IS_DUE}
order by m.workspace_id
"""

UPDATE_STARTED = f"""
update notify.slack_message as t
set attempts = t.attempts + 1, updated_at = now(), error = null,
    next_try_at = now() + (%(delays)s::interval[])[least(t.attempts + 1, cardinality(%(delays)s::interval[]))]
where t.workspace_id = %(workspace_id)s and t.message_id = (
    select m.message_id
    from notify.slack_message as m
    join notify.slack_app as a on a.workspace_id = m.workspace_id
    where m.workspace_id = %(workspace_id)s and {IS_DUE}
    order by m.kind, m.decided_at, m.message_id
    limit 1
    for update of m skip locked
)
returning t.workspace_id, t.message_id, t.pattern_id, t.kind, t.channel_id, t.body, t.status, t.attempts,
    t.ts, t.decided_at, (
        select c.ts from notify.slack_message as c
        where c.workspace_id = t.workspace_id and c.pattern_id = t.pattern_id and c.kind = %(card)s
            and t.kind <> %(card)s
    ) as card_ts
"""

UPDATE_SENT = """
update notify.slack_message
set status = %(sent)s, ts = %(ts)s, error = null, attempts = 0, next_try_at = now(),
    is_edit_due = body is distinct from %(body)s, updated_at = now()
where workspace_id = %(workspace_id)s and message_id = %(message_id)s
"""

UPDATE_REFUSED = """
update notify.slack_message
set error = %(error)s, updated_at = now(),
    next_try_at = greatest(next_try_at, now() + coalesce(%(wait)s, interval '0')),
    status = case when %(is_final)s and status = %(queued)s then %(failed)s else status end,
    is_edit_due = is_edit_due and not %(is_final)s
where workspace_id = %(workspace_id)s and message_id = %(message_id)s
"""

UPDATE_WAITING = """
update notify.slack_message
set next_try_at = greatest(next_try_at, now() + %(wait)s)
where workspace_id = %(workspace_id)s and (status = %(queued)s or is_edit_due)
"""

UPDATE_ATTEMPTS_BACK = """
update notify.slack_message set attempts = greatest(0, attempts - 1)
where workspace_id = %(workspace_id)s and message_id = %(message_id)s
"""

SELECT_CHANGED = """
select w.timezone, array(
    select m.pattern_id from notify.slack_message as m
    where m.workspace_id = w.workspace_id and m.kind = %(card)s and m.is_edit_due
) as pattern_ids
from app.workspace as w where w.workspace_id = %(workspace_id)s
"""

UPSERT_CARD = """
insert into notify.slack_message as m (workspace_id, pattern_id, kind, channel_id, body, status, noted)
values (%(workspace_id)s, %(pattern_id)s, %(card)s, %(channel_id)s, %(body)s, %(status)s, %(noted)s)
on conflict (workspace_id, pattern_id) where kind = 'card' do update
set body = excluded.body, noted = excluded.noted,
    is_edit_due = m.is_edit_due or (m.status = %(sent)s and m.body is distinct from excluded.body)
where m.body is distinct from excluded.body or m.noted is distinct from excluded.noted
"""

UPDATE_BODY = """
update notify.slack_message
set body = %(body)s, is_edit_due = status = %(sent)s
where workspace_id = %(workspace_id)s and pattern_id = %(pattern_id)s and kind = %(card)s
    and body is distinct from %(body)s
"""

INSERT_RESURFACING = """
insert into notify.slack_message (workspace_id, pattern_id, kind, channel_id, body, status)
select workspace_id, pattern_id, %(resurfacing)s, channel_id, %(body)s, %(status)s
from notify.slack_message
where workspace_id = %(workspace_id)s and pattern_id = %(pattern_id)s and kind = %(card)s
"""

# The card was deleted in Slack: the resurfacing stands alone, and a new card follows it.
UPDATE_CARD_AGAIN = """
update notify.slack_message
set status = %(queued)s, ts = null, attempts = 0, is_edit_due = false, next_try_at = now(), decided_at = now()
where workspace_id = %(workspace_id)s and pattern_id = %(pattern_id)s and kind = %(card)s
    and status = %(sent)s and ts = %(ts)s
"""


@dataclass(frozen=True)
class DueMessage:
    """A message that is due: to be posted, or a card to be edited."""

    workspace_id: UUID
    message_id: UUID
    pattern_id: UUID
    kind: str
    channel_id: str
    body: Mapping[str, Any]
    status: str
    attempts: int
    ts: str | None
    decided_at: datetime
    card_ts: str | None


@dataclass(frozen=True)
class DecidedCard:
    """What the card of a pattern states now, and what people were notified of."""

    pattern_id: str
    channel_id: str
    body: Mapping[str, Any]
    noted: Mapping[str, Any]
    status: SlackMessageStatus


def write_card(session: Session, workspace_id: UUID, card: DecidedCard) -> int:
    """Store a card; one that was posted and has changed is to be edited. Returns whether it changed."""
    parameters = {
        "workspace_id": workspace_id,
        "pattern_id": card.pattern_id,
        "channel_id": card.channel_id,
        "body": Jsonb(card.body),
        "noted": Jsonb(card.noted),
        "status": card.status.value,
    }
    return session.execute(UPSERT_CARD, VALUES | parameters)


def write_body(session: Session, workspace_id: UUID, pattern_id: str, body: Mapping[str, Any]) -> int:
    """Have a stored card state something else."""
    parameters = {"workspace_id": workspace_id, "pattern_id": pattern_id, "body": Jsonb(body)}
    return session.execute(UPDATE_BODY, VALUES | parameters)


def write_resurfacing(
    session: Session,
    workspace_id: UUID,
    pattern_id: str,
    body: Mapping[str, Any],
    status: SlackMessageStatus,
) -> None:
    """Store a message by which a pattern comes back into its card's channel."""
    parameters = {
        "workspace_id": workspace_id,
        "pattern_id": pattern_id,
        "body": Jsonb(body),
        "status": status.value,
    }
    session.execute(INSERT_RESURFACING, VALUES | parameters)


def read_workspaces_with_slack_messages(session: Session) -> list[UUID]:
    """The workspaces in which a message is due."""
    return [row["workspace_id"] for row in session.rows(SELECT_WORKSPACES, VALUES)]


def read_changed_cards(session: Session, workspace_id: UUID) -> tuple[str, list[UUID]]:
    """The time zone of a workspace, and the patterns whose posted cards are to be edited."""
    row = session.row(SELECT_CHANGED, VALUES | {"workspace_id": workspace_id})
    return ("UTC", []) if row is None else (row["timezone"], row["pattern_ids"])


def start_message(session: Session, workspace_id: UUID) -> DueMessage | None:
    """Claim the message that has waited longest; no other worker gets it before this attempt's delay ends."""
    delays: Sequence[timedelta] = list(RETRY_DELAYS)
    row = session.row(UPDATE_STARTED, VALUES | {"workspace_id": workspace_id, "delays": delays})
    return DueMessage(**row) if row else None


def mark_posted(session: Session, message: DueMessage, ts: str) -> None:
    """Store where the message is, and that it is as `message` says."""
    parameters = {**_identify(message), "ts": ts, "body": Jsonb(message.body)}
    session.execute(UPDATE_SENT, VALUES | parameters)


def post_card_again(session: Session, message: DueMessage) -> None:
    """Have a new card posted for a pattern whose card is gone."""
    parameters = {
        "workspace_id": message.workspace_id,
        "pattern_id": message.pattern_id,
        "ts": message.card_ts,
    }
    session.execute(UPDATE_CARD_AGAIN, VALUES | parameters)


def mark_message_refused(
    session: Session, message: DueMessage, error: str, wait: timedelta | None, *, permanent: bool
) -> None:
    """Store a failed attempt: it is made again later, unless that cannot help."""
    is_final = permanent or message.attempts >= MAX_ATTEMPTS
    parameters = {**_identify(message), "error": error, "wait": wait, "is_final": is_final}
    session.execute(UPDATE_REFUSED, VALUES | parameters)


def wait_for_slack(session: Session, message: DueMessage, wait: timedelta) -> None:
    """Let all messages of a workspace wait as Slack asks; the attempt does not count."""
    parameters = {**_identify(message), "wait": wait}
    session.execute(UPDATE_WAITING, VALUES | parameters)
    session.execute(UPDATE_ATTEMPTS_BACK, VALUES | parameters)


def _identify(message: DueMessage) -> dict[str, Any]:
    return {"workspace_id": message.workspace_id, "message_id": message.message_id}
