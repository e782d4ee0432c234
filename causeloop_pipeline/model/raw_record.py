"""A received record before it is normalized: the vendor's payload as it is, or why it was quarantined."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

import orjson

Channel = Literal["poll", "webhook", "ingest", "manual"]

RECORD = "record"
NORMALIZED = "normalized"
"""The kind of a payload that already has the product's field names, whatever its source."""
NORMALIZED_CONDITION = "normalized_condition"
"""The same of what may fail again and again, such as a test: each firing of its id is an issue."""

CHANGE, NORMALIZED_CHANGE = "change", "normalized_change"
"""The same two kinds for changes; a record of any other kind is an issue."""
CHANGES = frozenset({CHANGE, NORMALIZED_CHANGE})

ABSENT = "absent"
"""The kind of what is stored where a complete list no longer holds a condition: it has ended."""


@dataclass(frozen=True)
class RawRecord:
    """One version of one external record; `kind` is the shape of its payload."""

    source: str
    external_id: str
    payload: dict[str, Any]
    payload_hash: str
    source_updated_at: datetime | None = None
    kind: str = RECORD
    channel: Channel = "poll"
    import_id: UUID | None = None
    """The upload or file that brought it, where that can be taken back."""
    canonical: bytes = field(default=b"", repr=False, compare=False)
    """The payload's canonical JSON if it was already computed, so that it is serialized only once."""

    @property
    def payload_json(self) -> bytes:
        """The payload's canonical JSON."""
        return self.canonical or canonical_json(self.payload)


@dataclass(frozen=True)
class Quarantined:
    """A record that could not be read, stored with the reason so that it can be replayed."""

    source: str
    raw: bytes
    reason: str
    external_id: str | None = None


@dataclass(frozen=True)
class NoFailure:
    """What a tool lists or sends that tells of no failure, such as a success: counted, and not stored."""

    reason: str


Outcome: TypeAlias = RawRecord | Quarantined | NoFailure
"""What became of one entry of a list or body."""


def count_no_failures(outcomes: Iterable[Outcome]) -> Counter[str]:
    """How many entries were no failure, by the reason."""
    return Counter(outcome.reason for outcome in outcomes if isinstance(outcome, NoFailure))


def canonical_json(value: object) -> bytes:
    """JSON with one spelling per value: sorted keys, no spaces, UTF-8; integers of any size stay exact."""
    try:
        # Copied: what orjson returns holds on to 8 kB however short it is, and records wait by the thousand.
        return bytes(memoryview(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)))
    except TypeError:  # an integer beyond 64 bits, which orjson refuses
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()


def payload_hash(payload: dict[str, Any]) -> str:
    """The hash that identifies a payload: SHA-256 of its canonical JSON, in hex."""
    return sha256_hex(canonical_json(payload))


def sha256_hex(content: bytes) -> str:
    """The SHA-256 of bytes in hex."""
    return hashlib.sha256(content).hexdigest()
