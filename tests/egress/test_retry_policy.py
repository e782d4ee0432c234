from datetime import timedelta

import pytest

from causeloop_pipeline.connectors.spec import OnePage, RateLimit
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.egress.http import Request, Response, build_failure
from causeloop_pipeline.egress.retry_policy import (
    MAX_RETRY_AFTER,
    is_rate_limited,
    is_retryable,
    read_retry_after,
    read_retry_after_seconds,
)
from tests.support.fake_tool import Reply, fake_tool, in_turn
from tests.support.polling import NOW, QUICK, plain, poll

LIMIT = RateLimit()
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "Tue, 10 Mar 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Tue, 10 Mar 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "7", "x-ratelimit-reset": "90"}, 7),
        ({"x-ratelimit-reset": "42"}, 42),
        ({"x-ratelimit-reset": str(EPOCH + 42)}, 42),
        ({"x-ratelimit-reset": str((EPOCH + 42) * 1000)}, 42),
        ({"x-ratelimit-reset": str(EPOCH - 42)}, 0),
        ({"retry-after": "soon"}, None),
        ({"x-ratelimit-reset": "nan"}, None),
        ({"x-ratelimit-reset": "-5"}, None),
        ({"x-ratelimit-reset": "inf"}, None),
        ({}, None),
    ],
)
def test_a_wait_is_read_in_every_unit(headers, seconds):
    assert read_retry_after_seconds(LIMIT, headers, NOW) == seconds


def test_a_refusal_counts_as_a_limit_by_status_and_headers():
    both = RateLimit(statuses=frozenset({403, 429}))
    assert is_rate_limited(LIMIT, 429, {})
    assert not is_rate_limited(LIMIT, 403, {"retry-after": "1"})
    assert is_rate_limited(both, 403, {"retry-after": "1"})
    assert is_rate_limited(both, 403, {"x-ratelimit-remaining": "0"})
    assert not is_rate_limited(both, 403, {"x-ratelimit-remaining": "9"})


@pytest.mark.parametrize(
    ("status", "retried"),
    [
        *((status, False) for status in (400, 401, 404, 422)),
        *((status, True) for status in (408, 425, 429, 500, 502, 503, 504, 599)),
    ],
)
def test_polls_and_deliveries_retry_the_same_statuses(status, retried):
    request = Request("the receiver", "GET", "https://receiver.example")
    expected = TransientFailure if retried else PermanentFailure
    assert is_retryable(status) is retried
    assert isinstance(build_failure(request, Response(status, {}, b"")), expected)
    with fake_tool(in_turn(Reply({}, status, {"Retry-After": "0"}))) as tool:
        with pytest.raises(expected):
            poll(tool, plain(OnePage()))
        assert len(tool.requests) == (QUICK.attempts if retried else 1)


def test_no_server_can_ask_us_to_wait_longer_than_a_day():
    assert read_retry_after(LIMIT, {"retry-after": "7"}, NOW) == timedelta(seconds=7)
    assert read_retry_after(LIMIT, {"retry-after": "99999999999999"}, NOW) == MAX_RETRY_AFTER
    assert read_retry_after(LIMIT, {}, NOW) is None
