"""Whatever is changed in the SQL functions of isolation and seats, somebody sees or may something else."""

import psycopg

from tests.conftest import Installation
from tests.fuzz.function_mutants import find_survivors

MIN_CHANGES, MIN_NOTICED = 30, 0.9


def test_nine_in_ten_changes_of_the_functions_of_isolation_and_seats_are_noticed(
    installation: Installation,
) -> None:
    with psycopg.connect(installation.server.url("causeloop"), autocommit=True) as superuser:
        count, survivors = find_survivors(superuser)

    assert count >= MIN_CHANGES
    assert len(survivors) <= (1 - MIN_NOTICED) * count, survivors
