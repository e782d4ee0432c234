"""Requests that are broken off leave nothing behind on the connections that others use next."""

import asyncio

from tests.api.sample import Sample
from tests.conftest import Installation
from tests.fuzz.cancellations import send_and_cancel
from tests.fuzz.own_database import describe_database, serve

COUNT, CONNECTIONS = 300, 4


def test_broken_off_requests_show_nobody_the_rows_of_another(
    installation: Installation, fresh_sample: Sample, other_sample: Sample
) -> None:
    with serve(describe_database(installation), connections=CONNECTIONS) as (app, url):
        tenants = (fresh_sample, other_sample)
        outcome = asyncio.run(send_and_cancel(url, tenants, 11, COUNT))
        again = asyncio.run(send_and_cancel(url, tenants, 12, 20))
        size = app.state.pool.size

    assert outcome.foreign == again.foreign == []
    assert {status for status in outcome.counts if status[0] == "5"} == set()
    assert outcome.counts["broken off"] > COUNT // 10
    assert sum(outcome.counts.values()) == COUNT
    assert size <= CONNECTIONS
