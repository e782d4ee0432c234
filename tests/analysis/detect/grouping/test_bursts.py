"""Incidents without text are one pattern while they follow one another at one place faster than chance."""

from datetime import timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.bursts import allowed_days, burst_keys
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.evaluation.grouping_metrics import evaluate, pair_scores
from tests.support.failure_texts import START, issue_frame
from tests.support.incident_causes import Desk, caused_incidents


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


@pytest.mark.parametrize(
    "desk",
    [
        Desk(),
        Desk(services=20),
        Desk(gap_days=6.0),
        Desk(gap_days=0.3),
        Desk(incidents=8.0),
        Desk(alone=0.8),
        Desk(kept=0.6, known=0.6),
        Desk(causes=1_500, services=150),
    ],
    ids=["usual", "shared", "slow", "quick", "large causes", "mostly alone", "badly written down", "busy"],
)
def test_incidents_of_known_causes_are_grouped_with_a_pairwise_f1_of_at_least_042(desk: Desk) -> None:
    found = [pair_scores(burst_keys(issues), label)["f1"] for issues, label in drawn(desk)]
    assert sum(found) / len(found) >= 0.42


def test_a_grouping_of_a_desks_issues_finds_the_causes_that_its_bursts_find() -> None:
    issues, label = caused_incidents(Desk(), 7)
    found = group_issues(issues, fingerprint_issues(issues))
    figures = evaluate(issues["issue_id"], label, found.members, found.patterns)
    assert figures["f1"] == pytest.approx(pair_scores(burst_keys(issues), label)["f1"])


def drawn(desk: Desk) -> list[tuple[pl.DataFrame, pl.Series]]:
    return [caused_incidents(desk, seed) for seed in (1, 2)]
