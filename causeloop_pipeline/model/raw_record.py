"""What arrived, before anyone reads meaning into it: a vendor's record as it stood, or why it was refused."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson

Door = Literal["poll", "webhook", "ingest", "manual"]

RECORD = "record"
NORMALIZED = "normalized"
"""The kind of a payload that already carries the product's own field names, whichever source it names."""

CHANGE, NORMALIZED_CHANGE = "change", "normalized_change"
"""The same two for what is no failure but a change; every other kind is an issue."""


@dataclass(frozen=True)
class RawRecord:
    """One version of one external record; `kind` tells the payload shapes of a source apart."""

    source: str
    external_id: str
    payload: dict[str, Any]
    payload_hash: str
    source_updated_at: datetime | None = None
    kind: str = RECORD
    door: Door = "poll"


@dataclass(frozen=True)
class Quarantined:
    """Bytes that could not be understood, kept with the reason so that they can be replayed."""

    source: str
    raw: bytes
    reason: str
    external_id: str | None = None


def canonical_json(value: object) -> bytes:
    """One spelling per value: sorted keys, no spaces, UTF-8; integers of any size stay exact."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits, which orjson refuses
        return json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        ).encode()


def payload_hash(payload: dict[str, Any]) -> str:
    """The content's identity: SHA-256 in hex of the canonical JSON."""
    return hashlib.sha256(canonical_json(payload)).hexdigest()
