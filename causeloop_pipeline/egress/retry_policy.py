"""How long a tool asks us to wait, whatever header and unit it says it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from causeloop_pipeline.connectors.spec import RateLimit

EPOCH_SECONDS_FROM = 1e9
EPOCH_MILLISECONDS_FROM = 1e11


@dataclass(frozen=True)
class Rate:
    """What the tool said of its limit with an answer."""

    remaining: int | None = None
    reset_seconds: float | None = None


@dataclass(frozen=True)
class Patience:
    """How long one request may take and how often it is tried."""

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 60.0
    total: float = 300.0
    answer_seconds: float = 120.0
    silence_seconds: float = 30.0


def rate_of(limit: RateLimit, headers: Mapping[str, str], now: datetime) -> Rate:
    """The limit's state as the headers tell it."""
    remaining = _number(headers.get(limit.remaining))
    return Rate(None if remaining is None else int(remaining), asked_wait(limit, headers, now))


def asked_wait(limit: RateLimit, headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait: Retry-After wins over the tool's own reset header."""
    after = headers.get("retry-after", "").strip()
    if after:
        seconds = _number(after)
        return max(0.0, seconds) if seconds is not None else _until_date(after, now)
    reset = _number(headers.get(limit.reset))
    return None if reset is None else _from_magnitude(reset, now)


def is_limit(limit: RateLimit, status: int, headers: Mapping[str, str]) -> bool:
    """Whether a refusal is about pace; a 403 only counts when the headers say so."""
    if status not in limit.statuses:
        return False
    return status != 403 or "retry-after" in headers or headers.get(limit.remaining) == "0"


def _from_magnitude(value: float, now: datetime) -> float:
    if value >= EPOCH_MILLISECONDS_FROM:
        return max(0.0, value / 1000 - now.timestamp())
    return max(0.0, value - now.timestamp() if value >= EPOCH_SECONDS_FROM else value)


def _until_date(value: str, now: datetime) -> float | None:
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < 1e15 else None
