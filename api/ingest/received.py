"""A delivery as it is stored."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from causeloop_pipeline.landing.inbound.webhook import WebhookDelivery
from causeloop_pipeline.model.raw_record import Quarantined
from causeloop_pipeline.storage.raw.records import RecordBatch, write_batch


@dataclass(frozen=True)
class ReceivedDelivery:
    """A delivery whose records are one document: a process writes it, and the event loop passes it on."""

    batch: RecordBatch
    quarantined: Sequence[Quarantined]
    delivery_id: str | None = None
    no_failures: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, delivery: WebhookDelivery, source: str | None) -> "ReceivedDelivery":
        """A delivery whose records have been read; with a source, all of them are of that one."""
        batch = write_batch(delivery.records, source)
        return cls(batch, delivery.quarantined, delivery.delivery_id, delivery.no_failures)

    @classmethod
    def of_unread(cls, quarantined: Quarantined) -> "ReceivedDelivery":
        """A delivery that cannot be read, and is quarantined whole."""
        return cls(write_batch([]), [quarantined])
