"""Verifies and reads deliveries: what is large, or read by patterns of people's own, in a process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from api.http.bounds import RECORDS
from api.http.computing.processes import MAX_INLINE_BYTES, Computing, TooCostlyError
from api.ingest.queries import ReceivedDelivery
from causeloop_pipeline.connectors.declared.declaration import DECLARATION
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.inbound.webhook import (
    WebhookDelivery,
    read_delivery,
    receive,
    verify_delivery,
)
from causeloop_pipeline.landing.json_guard import GuardError, check_values
from causeloop_pipeline.model.raw_record import Quarantined
from causeloop_pipeline.storage.raw.records import write_batch

MAX_DOCUMENT_BYTES = 500_000
"""Of what is stored by one statement: a connection keeps as much memory as its largest one took."""


@dataclass(frozen=True)
class SentDelivery:
    """What was sent to a connector, and what its signature is verified with."""

    type: str
    config: Mapping[str, Any]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    secrets: Sequence[str] = field(repr=False)
    received_at: datetime
    url: str = field(repr=False)
    source: str | None = None
    """Of its records, where that is not the type."""

    @property
    def is_read_quickly(self) -> bool:
        """Whether it is small, and read by the product's own patterns."""
        return len(self.body) <= MAX_INLINE_BYTES and DECLARATION not in self.config

    @property
    def arguments(self) -> dict[str, Any]:
        """What verifying it needs beside the connector."""
        return {
            "headers": self.headers,
            "body": self.body,
            "secrets": self.secrets,
            "now": self.received_at,
            "config": self.config,
            "url": self.url,
        }


async def read_sent(computing: Computing, workspace_id: UUID, sent: SentDelivery) -> ReceivedDelivery:
    """A delivery with its records; SignatureError where its signature is not valid.

    A verified one that takes too long to read is quarantined whole.
    """
    if sent.is_read_quickly:
        return _pack(receive(CONNECTORS[sent.type], **sent.arguments), sent)
    await computing.run(workspace_id, verify_sent, sent)
    try:
        received: ReceivedDelivery = await computing.run(workspace_id, read_verified, sent)
    except TooCostlyError as error:
        return _set_aside(sent, error)
    return received


def verify_sent(sent: SentDelivery) -> None:
    """SignatureError where the signature of a delivery is not valid."""
    verify_delivery(CONNECTORS[sent.type], **sent.arguments)


def read_verified(sent: SentDelivery) -> ReceivedDelivery:
    """A delivery, whose signature is valid, with its records."""
    try:
        check_values(sent.body, max_values=RECORDS.max_values)
    except GuardError as error:
        return _set_aside(sent, error)
    read = read_delivery(CONNECTORS[sent.type], sent.body, headers=sent.headers, config=sent.config)
    return _pack(read, sent)


def _pack(read: WebhookDelivery, sent: SentDelivery) -> ReceivedDelivery:
    batch = write_batch(read.records, sent.source, MAX_DOCUMENT_BYTES)
    return ReceivedDelivery(batch, read.quarantined, read.delivery_id, read.no_failures)


def _set_aside(sent: SentDelivery, why: Exception) -> ReceivedDelivery:
    """A delivery that cannot be read, whole."""
    return ReceivedDelivery(write_batch([]), [Quarantined(sent.type, sent.body, str(why))])
