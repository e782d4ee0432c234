"""A key that twelve callers repeat while connections are cut has one effect and one answer."""

import asyncio

from tests.conftest import Installation
from tests.fuzz.own_database import fill, make_database, serve
from tests.fuzz.repeated_keys import find_double_effects, repeat_keys

KEYS = 10


def test_a_key_has_one_effect_whatever_breaks(installation: Installation) -> None:
    with make_database(installation) as database:
        sample = fill(database)
        with serve(database) as (_, url):
            result = asyncio.run(repeat_keys(url, sample, installation.superuser_url, database.name, KEYS))
        double = find_double_effects(database.api_url, sample, result)

    assert double == result.different == []
    assert result.cuts > 0
    assert {status for status in result.statuses if status >= 500} <= {503}
