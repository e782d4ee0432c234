"""The outbox: messages written in the transaction of their alert, delivered at least once, then kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from causeloop_pipeline.storage.database.session import Session

CHANNEL_SECRETS = "channel_secrets"
NUMBER = "number"
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

SELECT_DUE = """
select o.workspace_id, o.message_id, o.alert_rule_id, o.channel, o.body, o.attempts, r.channel_secrets,
       r.channels -> (o.channel ->> 'number')::integer as present_channel
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

    @property
    def is_wanted(self) -> bool:
        """Whether the rule still has this channel: one that a user removed gets no more messages."""
        channel = {name: value for name, value in self.channel.items() if name != NUMBER}
        return channel == self.present_channel


def enqueue(
    session: Session,
    workspace_id: UUID,
    alert_rule_id: UUID,
    channels: Sequence[Mapping[str, Any]],
    dedupe_key: str,
    body: Mapping[str, Any],
) -> int:
    """Queue a message for each channel; the same dedupe key is queued once."""
    return sum(
        session.execute(
            """
            insert into notify.outbox (workspace_id, alert_rule_id, channel, dedupe_key, body)
            values (%s, %s, %s, %s, %s)
            on conflict (workspace_id, dedupe_key) do nothing
            """,
            (
                workspace_id,
                alert_rule_id,
                Jsonb({**channel, NUMBER: number}),
                f"{dedupe_key}:{number}",
                Jsonb(dict(body)),
            ),
        )
        for number, channel in enumerate(channels)
    )


def claim_due_messages(session: Session, limit: int = 100) -> list[OutboxMessage]:
    """The messages to send now, locked for this transaction so that no other sender takes them."""
    return [OutboxMessage(**row) for row in session.rows(SELECT_DUE, (limit,))]


def workspaces_with_messages(session: Session) -> list[UUID]:
    """The workspaces that have messages to send now, the one that waits longest first."""
    rows = session.rows(
        "select workspace_id from notify.outbox "
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
    """Store a failed delivery: retry later, or give up when that cannot help; whether it was given up."""
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
