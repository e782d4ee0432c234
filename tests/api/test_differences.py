"""No answer tells a tenant that others exist; three planted faults are caught each time."""

import random
from collections.abc import Iterator

import pytest

from tests.conftest import Installation
from tests.fuzz.differences import FAULTS, Twins, find_differences, make_twins

READS, READS_WITH_FAULT = 1_000, 400


@pytest.fixture(scope="module")
def twins(installation: Installation) -> Iterator[Twins]:
    """An installation with two tenants and a copy with one of them."""
    with make_twins(installation) as made:
        yield made


def test_answers_are_the_same_as_where_no_other_tenant_exists(twins: Twins) -> None:
    assert find_differences(twins, random.Random(7), READS) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(twins: Twins, fault: str) -> None:
    with twins.plant(fault):
        assert find_differences(twins, random.Random(8), READS_WITH_FAULT, stop_at=1)
