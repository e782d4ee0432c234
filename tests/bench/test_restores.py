"""The restores' benchmark notices what is missing after a restore, and what should not be there."""

from datetime import UTC, datetime, timedelta

from bench.chaos.restores import Writes

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_what_was_committed_before_the_instant_must_be_there() -> None:
    writes = Writes({"early": (at(0), at(1)), "later": (at(2), at(3))})

    assert writes.find_wrong({"early"}, at(1.5)) == []
    assert writes.find_wrong(set(), at(1.5)) == ["early"]


def test_what_began_after_the_instant_must_not_be_there() -> None:
    writes = Writes({"early": (at(0), at(1)), "later": (at(2), at(3))})

    assert writes.find_wrong({"early", "later"}, at(1.5)) == ["later"]


def test_what_was_being_committed_at_the_instant_may_be_there_or_not() -> None:
    writes = Writes({"underway": (at(0), at(2))})

    assert writes.find_wrong(set(), at(1)) == []
    assert writes.find_wrong({"underway"}, at(1)) == []
