"""Retry and rate limit: which responses are retried, what Retry-After means, and how long to back off."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from causeloop_pipeline.connectors.spec import RateLimit
from causeloop_pipeline.egress.errors import TransientFailure

RETRYABLE_STATUSES = frozenset({408, 425, 429})
"""In addition to every status from 500 on."""
MAX_RETRY_AFTER = timedelta(hours=24)
MIN_EPOCH_SECONDS = 1e9
MIN_EPOCH_MILLISECONDS = 1e11

T = TypeVar("T")

logger = logging.getLogger(__name__)


class RetryableResponse(TransientFailure):
    """A response, or its absence, after which a retry may succeed."""


@dataclass(frozen=True)
class RateLimitState:
    """A tool's rate limit by the headers of its last answer."""

    remaining: int | None = None
    reset_seconds: float | None = None


@dataclass(frozen=True)
class RetryPolicy:
    """How often one request is tried, how long to wait between attempts, and how long each may take."""

    attempts: int = 5
    first_wait: float = 0.5
    max_wait: float = 60.0
    total: float = 300.0
    answer_seconds: float = 120.0
    silence_seconds: float = 30.0

    def run(self, attempt: Callable[[], T]) -> T:
        """Run `attempt`, retried after a RetryableResponse; the last one is raised."""
        for trial in stamina.retry_context(
            on=self._wait_before_retry,
            attempts=self.attempts,
            timeout=self.total,
            wait_initial=self.first_wait,
            wait_max=self.max_wait,
            wait_jitter=self.first_wait,
        ):
            with trial:
                return attempt()
        raise AssertionError("stamina yields at least one attempt")

    def _wait_before_retry(self, error: Exception) -> bool | float:
        """The server's requested wait in seconds; True for an exponential backoff, False to give up."""
        if not isinstance(error, RetryableResponse):
            return False
        if error.retry_after is None:
            return True
        seconds = error.retry_after.total_seconds()
        return seconds if seconds <= self.max_wait else False


def log_retry(details: RetryDetails) -> None:
    """Log a retry below warning level: the caller reports the final failure."""
    logger.info("%s; trying again in %.1f s", details.caused_by, details.wait_for)


set_on_retry_hooks([log_retry])


def is_retryable(status: int) -> bool:
    """Whether the same request may succeed later."""
    return status >= 500 or status in RETRYABLE_STATUSES


def is_rate_limited(limit: RateLimit, status: int, headers: Mapping[str, str]) -> bool:
    """Whether a refusal is about the rate limit; a 403 only counts when the headers say so."""
    if status not in limit.statuses:
        return False
    return status != 403 or "retry-after" in headers or headers.get(limit.remaining) == "0"


def read_rate_limit(limit: RateLimit, headers: Mapping[str, str], now: datetime) -> RateLimitState:
    """The rate limit's state by the headers."""
    remaining = _parse_number(headers.get(limit.remaining))
    return RateLimitState(
        None if remaining is None else int(remaining), read_retry_after_seconds(limit, headers, now)
    )


def read_retry_after(limit: RateLimit, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks us to wait, at most MAX_RETRY_AFTER."""
    seconds = read_retry_after_seconds(limit, headers, now)
    return None if seconds is None else timedelta(seconds=min(seconds, MAX_RETRY_AFTER.total_seconds()))


def read_retry_after_seconds(limit: RateLimit, headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait: Retry-After (seconds or a date) wins over the tool's own reset header."""
    after = headers.get("retry-after", "").strip()
    if after:
        seconds = _parse_number(after)
        return max(0.0, seconds) if seconds is not None else _read_seconds_until_date(after, now)
    reset = _parse_number(headers.get(limit.reset))
    return None if reset is None else _read_seconds_until_reset(reset, now)


def _read_seconds_until_reset(value: float, now: datetime) -> float:
    """Tell seconds, epoch seconds and epoch milliseconds apart by their magnitude."""
    if value >= MIN_EPOCH_MILLISECONDS:
        return max(0.0, value / 1000 - now.timestamp())
    return max(0.0, value - now.timestamp() if value >= MIN_EPOCH_SECONDS else value)


def _read_seconds_until_date(value: str, now: datetime) -> float | None:
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())


def _parse_number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if 0 <= number < 1e15 else None
