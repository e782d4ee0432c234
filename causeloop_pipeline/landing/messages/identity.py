"""What a message's id names: the thing that fails again and again, or the message itself."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from causeloop_pipeline.landing.messages.fields import SUBJECTS, find_name_of

THING_IDS = (
    *("external_id", "dedup_key", "dedupe_key", "deduplication_key", "incident_key", "fingerprint", "alias"),
    *(
        "alert_key",
        "problem_key",
        "event_key",
        "alert_id",
        "alarm_id",
        "problem_id",
        "problemid",
        "incident_id",
    ),
    *("monitor_id", "check_id", "entity_id", "correlation_id", "aggregation_key", "trigger_id", "issue_id"),
    *("ticket_id", "case_id", "rule_uid"),
)
MESSAGE_IDS = (
    *(
        "event_id",
        "eventid",
        "message_id",
        "execution_id",
        "run_id",
        "notification_id",
        "unique_id",
        "build_id",
    ),
    *("metadata_uid", "delivery_id", "trace_id", "request_id"),
)
MADE_UP = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{20,}", re.I)
"""Ids that are made for a message rather than for a thing that somebody has named or numbered."""
RUN = frozenset({"started", "finished"})
"""What tools of automation tell of a run."""
OWN_IDS = ("id", "uuid", "uid", "key", "number")
MAX_ID = 512


def find_thing_id(flat: Mapping[str, Any]) -> str | None:
    """The id of what fails, such as an alert's key; None where there is none."""
    return _read(flat, find_name_of(flat, THING_IDS))


def find_own_id(flat: Mapping[str, Any]) -> str | None:
    """The id at the top of a message, which may be of the thing or of the message."""
    return _read(flat, next((name for name in OWN_IDS if name in flat), None))


def find_given_id(flat: Mapping[str, Any]) -> str | None:
    """The same where it is not a UUID: such an id is the message's."""
    own = find_own_id(flat)
    return None if own is None or MADE_UP.fullmatch(own) else own


def find_subject(flat: Mapping[str, Any]) -> str | None:
    """The name of what is watched or run; its address is none."""
    named = {name: value for name, value in flat.items() if not is_address(value)}
    return _read(flat, find_name_of(named, SUBJECTS))


def is_address(value: Any) -> bool:
    """Whether a value is the address of a page."""
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def find_run_name(flat: Mapping[str, Any]) -> str | None:
    """The name of a job whose run the message is: it stands beside when it was started and finished."""
    return _read(flat, "name") if "name" in flat and flat.keys() >= RUN else None


def find_message_id(flat: Mapping[str, Any]) -> str | None:
    """The id of the message, or of the run that it is of: another failure has another."""
    return _read(flat, find_name_of(flat, MESSAGE_IDS))


def make_id(parts: tuple[str | None, ...]) -> str:
    """An id of what stays the same in all messages of a thing."""
    digest = sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()
    return f"subject-{digest[:20]}"


def _read(flat: Mapping[str, Any], name: str | None) -> str | None:
    value = flat[name] if name else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).strip()
    return text if text and len(text) <= MAX_ID else None
