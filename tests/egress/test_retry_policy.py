import pytest

from causeloop_pipeline.connectors.spec import RateLimit
from causeloop_pipeline.egress.retry_policy import asked_wait, is_limit
from tests.support.polling import NOW

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
    assert asked_wait(LIMIT, headers, NOW) == seconds


def test_a_refusal_counts_as_a_limit_by_status_and_headers():
    both = RateLimit(statuses=frozenset({403, 429}))
    assert is_limit(LIMIT, 429, {})
    assert not is_limit(LIMIT, 403, {"retry-after": "1"})
    assert is_limit(both, 403, {"retry-after": "1"})
    assert is_limit(both, 403, {"x-ratelimit-remaining": "0"})
    assert not is_limit(both, 403, {"x-ratelimit-remaining": "9"})
