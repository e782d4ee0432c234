"""Incidents without text are one pattern while they follow one another at one place faster than chance."""

from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.bursts import allowed_days, burst_keys
from tests.analysis.failure_texts import START, issue_frame


def incidents(*rows: tuple[str | None, float | None], **more: str) -> pl.DataFrame:
    return issue_frame(
        [
            {
                "service": service,
                "source_created_at": None if day is None else START + timedelta(days=day),
                **more,
            }
            for service, day in rows
        ]
    )


def test_incidents_of_one_place_close_in_time_are_one_burst() -> None:
    keys = burst_keys(incidents(("db", 0), ("web", 0.5), ("db", 1), ("db", 200))).to_list()
    assert keys == ["i0000", "i0001", "i0000", "i0003"]


def test_an_incident_without_place_or_time_stands_alone() -> None:
    keys = burst_keys(incidents((None, 0), (None, 0.1), ("db", None), ("db", 0.2))).to_list()
    assert len(set(keys)) == 4


def test_a_busy_place_allows_less_and_a_quiet_one_more() -> None:
    busy, usual, quiet = (float(allowed_days(count, 365.0)) for count in (1_000, 122, 6))
    assert busy < usual < quiet
    assert usual == pytest.approx(3.0, abs=0.1)


def test_what_else_both_share_lengthens_what_is_allowed() -> None:
    others = [("db", float(day)) for day in range(20, 400, 10)]
    plain = incidents(("db", 0), ("db", 7), *others)
    kinds = [f"E{at}" for at in range(plain.height)]
    shared = plain.with_columns(pl.Series("error_type", ["E0", "E0", *kinds[2:]]))
    assert burst_keys(plain)[1] == "i0001"
    assert burst_keys(shared)[1] == "i0000"


def test_the_order_of_rows_does_not_matter() -> None:
    table = incidents(("db", 0), ("db", 1), ("web", 0), ("db", 30), (None, 2))
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=4)
    one = dict(zip(table["issue_id"], burst_keys(table), strict=True))
    assert dict(zip(shuffled["issue_id"], burst_keys(shuffled), strict=True)) == one
