"""Incidents without text are one pattern while they follow one another at one place faster than chance."""

from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.bursts import (
    compute_max_gap_days,
    find_burst_keys,
    measure_burst_excess,
)
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.evaluation.grouping_metrics import evaluate, pair_scores
from tests.support.failure_texts import START, issue_frame
from tests.support.incident_causes import Desk, simulate_incidents


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
    keys = find_burst_keys(incidents(("db", 0), ("web", 0.5), ("db", 1), ("db", 200))).to_list()
    assert keys == ["i0000", "i0001", "i0000", "i0003"]


def test_an_incident_without_place_or_time_stands_alone() -> None:
    keys = find_burst_keys(incidents((None, 0), (None, 0.1), ("db", None), ("db", 0.2))).to_list()
    assert len(set(keys)) == 4


def test_a_busy_place_allows_less_and_a_quiet_one_more() -> None:
    busy, usual, quiet = (float(compute_max_gap_days(count, 365.0)) for count in (1_000, 122, 6))
    assert busy < usual < quiet
    assert usual == pytest.approx(3.0, abs=0.1)


def test_what_else_both_share_lengthens_what_is_allowed() -> None:
    others = [("db", float(day)) for day in range(20, 400, 10)]
    plain = incidents(("db", 0), ("db", 7), *others)
    kinds = [f"E{at}" for at in range(plain.height)]
    shared = plain.with_columns(pl.Series("error_type", ["E0", "E0", *kinds[2:]]))
    assert find_burst_keys(plain)[1] == "i0001"
    assert find_burst_keys(shared)[1] == "i0000"


def test_the_order_of_rows_does_not_matter() -> None:
    table = incidents(("db", 0), ("db", 1), ("web", 0), ("db", 30), (None, 2))
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=4)
    keys = dict(zip(table["issue_id"], find_burst_keys(table), strict=True))
    assert dict(zip(shuffled["issue_id"], find_burst_keys(shuffled), strict=True)) == keys


@pytest.mark.parametrize(
    "desk",
    [
        Desk(),
        Desk(services=20),
        Desk(gap_days=6.0),
        Desk(gap_days=0.3),
        Desk(incidents=8.0),
        Desk(alone=0.8),
        Desk(value_share=0.6, filled_share=0.6),
        Desk(causes=1_500, services=150),
    ],
    ids=["usual", "shared", "slow", "quick", "large causes", "mostly alone", "badly written down", "busy"],
)
def test_incidents_of_known_causes_are_grouped_with_a_pairwise_f1_of_at_least_042(desk: Desk) -> None:
    scores = [pair_scores(find_burst_keys(issues), label)["f1"] for issues, label in simulate_twice(desk)]
    assert sum(scores) / len(scores) >= 0.42


def test_a_grouping_of_a_desks_issues_finds_the_causes_that_its_bursts_find() -> None:
    issues, label = simulate_incidents(Desk(), 7)
    grouping = group_issues(issues, fingerprint_issues(issues), options=EVERY_GROUP)
    figures = evaluate(issues["issue_id"], label, grouping.members, grouping.patterns)
    assert figures["f1"] == pytest.approx(pair_scores(find_burst_keys(issues), label)["f1"])


def simulate_twice(desk: Desk) -> list[tuple[pl.DataFrame, pl.Series]]:
    return [simulate_incidents(desk, seed) for seed in (1, 2)]


def test_a_busy_place_in_a_busy_week_has_no_burst_of_its_own() -> None:
    usual = [(place, float(day)) for day in range(0, 200, 2) for place in ("db", "web", "mail", "cart")]
    busy_week = [(place, 300 + day / 9) for day in range(60) for place in ("db", "web", "mail", "cart")]
    outage = [("db", 400 + day / 20) for day in range(20)]
    table = incidents(*usual, *busy_week, *outage)
    days = (table["source_created_at"] - START).dt.total_days()
    keys = pl.select(
        pl.when(pl.lit(days) >= 400)
        .then(pl.lit("outage"))
        .when(pl.lit(days) >= 300)
        .then("busy " + pl.lit(table["service"]))
        .otherwise("one " + pl.lit(table["issue_id"]))
    ).to_series()
    excess = measure_burst_excess(table, keys)

    assert excess["outage"] > 0.9
    assert excess["busy db"] < 0.1
    assert set(excess) == {"outage", "busy db", "busy web", "busy mail", "busy cart"}


def test_a_burst_at_the_only_place_exceeds_what_is_usual() -> None:
    assert measure_burst_excess(incidents(("db", 0), ("db", 1)), pl.Series(["b", "b"])) == {"b": 1.0}


def test_bursts_that_exceed_the_usual_less_are_less_sure() -> None:
    usual = [(place, float(day)) for day in range(0, 300, 10) for place in ("web", "mail", "cart")]
    table = incidents(("db", 100), ("db", 100.2), *usual, ("web", 100.1))
    patterns = group_issues(table, fingerprint_issues(table), options=EVERY_GROUP).patterns

    confidence = dict(patterns.select("name", "confidence").iter_rows())
    assert 0.3 < confidence["db"] <= 0.45
    assert group_issues(table, fingerprint_issues(table)).patterns.is_empty()
