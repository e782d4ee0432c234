"""The outbox: messages written in the transaction of their alert, delivered at least once, then kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.model.plans import PLANS
from causeloop_pipeline.storage.database.session import Session

CHANNEL_SECRETS = "channel_secrets"
NUMBER = "number"
REPORT_CHANNEL = "report"
"""The channel number of weekly reports, which belong to no rule."""

# The delays of the Standard Webhooks recommendation; after the last one the message is given up.
RETRY_DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)

INSERT_MESSAGE = """
insert into notify.outbox
    (workspace_id, alert_rule_id, channel, dedupe_key, body, given_up_at, error)
values (%s, %s, %s, %s, %s, case when %s::text is not null then now() end, %s)
on conflict (workspace_id, dedupe_key) do nothing
"""

# Messages over the limit are stored as given up, and do not count themselves.
SELECT_MESSAGES_TODAY = """
select w.plan, (
    select count(*) from notify.outbox as o
    where o.workspace_id = w.workspace_id and o.created_at > now() - interval '1 day'
      and (o.given_up_at is null or o.attempts > 0)
) as messages
from app.active_workspace as w
where w.workspace_id = %s
"""

SELECT_DUE = """
select o.workspace_id, o.message_id, o.alert_rule_id, o.channel, o.body, o.attempts, r.channel_secrets,
       r.channels -> (o.channel ->> 'number')::integer as present_channel,
       o.channel ->> 'type' is distinct from 'email' or exists (
           select from notify.recipient as c
           where c.workspace_id = o.workspace_id and c.address = lower(o.channel ->> 'to')
             and c.confirmed_at is not null
       ) as is_confirmed
from notify.outbox as o
left join notify.alert_rule as r using (workspace_id, alert_rule_id)
where o.delivered_at is null and o.given_up_at is null and o.next_try_at <= now()
order by o.next_try_at, o.message_id
limit %s
for update of o skip locked
"""


@dataclass(frozen=True)
class OutboxMessage:
    """One message to one channel, by its number in the rule; `channel_secrets` is still sealed."""

    workspace_id: UUID
    message_id: UUID
    alert_rule_id: UUID | None
    channel: Mapping[str, Any]
    body: dict[str, Any]
    attempts: int
    channel_secrets: bytes | None = field(repr=False)
    present_channel: Mapping[str, Any] | None
    is_confirmed: bool
    """False: an e-mail address whose owner has not confirmed it."""

    @property
    def is_wanted(self) -> bool:
        """Whether the rule still has this channel: a removed one gets no more messages."""
        if self.channel["type"] == REPORT_CHANNEL:
            return True
        channel = {name: value for name, value in self.channel.items() if name != NUMBER}
        return self.alert_rule_id is not None and channel == self.present_channel


def enqueue(
    session: Session,
    workspace_id: UUID,
    alert_rule_id: UUID,
    channels: Sequence[Mapping[str, Any]],
    dedupe_key: str,
    body: Mapping[str, Any],
) -> int:
    """Queue a message for each channel; the same dedupe key is queued once.

    Beyond the number that the plan allows in a day, messages are stored as given up, with the reason.
    """
    room, refusal = _read_room(session, workspace_id)
    queued = 0
    for number, channel in enumerate(channels):
        reason = None if queued < room else refusal
        stored = session.execute(
            INSERT_MESSAGE,
            (
                workspace_id,
                alert_rule_id,
                Jsonb({**channel, NUMBER: number}),
                f"{dedupe_key}:{number}",
                Jsonb(dict(body)),
                reason,
                reason,
            ),
        )
        queued += stored if reason is None else 0
    return queued


def _read_room(session: Session, workspace_id: UUID) -> tuple[int, str]:
    """How many more messages the plan allows today, and the reason to store with those beyond."""
    row = session.row(SELECT_MESSAGES_TODAY, (workspace_id,))
    if row is None:
        return 0, "the workspace is archived, or its organization is not active"
    limit = PLANS[row["plan"]].messages_per_day
    return limit - row[
        "messages"
    ], f"the {row['plan']} plan allows {limit} messages a day, and they are used up"


def claim_due_messages(session: Session, limit: int = 100) -> list[OutboxMessage]:
    """Lock the due messages for this transaction, so that no other sender takes them."""
    return [OutboxMessage(**row) for row in session.rows(SELECT_DUE, (limit,))]


def read_workspaces_with_messages(session: Session) -> list[UUID]:
    """The active workspaces with due messages, the longest waiting first."""
    rows = session.rows(
        "select workspace_id from notify.outbox join app.active_workspace using (workspace_id) "
        "where delivered_at is null and given_up_at is null and next_try_at <= now() "
        "group by workspace_id order by min(next_try_at), workspace_id"
    )
    return [row["workspace_id"] for row in rows]


def mark_delivered(session: Session, message: OutboxMessage) -> None:
    """Store that the channel has accepted the message."""
    session.execute(
        "update notify.outbox set delivered_at = now(), attempts = attempts + 1, error = null "
        "where workspace_id = %s and message_id = %s",
        (message.workspace_id, message.message_id),
    )


def mark_failed(session: Session, message: OutboxMessage, error: str, *, permanent: bool) -> bool:
    """Store a failed delivery: retry later, or give up if that cannot help; returns whether it was given
    up."""
    is_exhausted = message.attempts >= len(RETRY_DELAYS)
    delay = None if permanent or is_exhausted else RETRY_DELAYS[message.attempts]
    session.execute(
        """
        update notify.outbox
        set attempts = attempts + 1, error = %s, next_try_at = now() + coalesce(%s, interval '0'),
            given_up_at = case when %s::interval is null then now() end
        where workspace_id = %s and message_id = %s
        """,
        (error, delay, delay, message.workspace_id, message.message_id),
    )
    return delay is None
