"""The pair score: what speaks for one cause, what against, and what a workspace says of its base rate."""

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.detect.similarity.pair_score import COPIED, RETITLED, Pairs
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import (
    Likeness,
    compare_texts,
    text_rows,
)
from tests.support.failure_texts import START, human_issues, issue_frame
from tests.support.one_off_titles import ONE_OFF


def likeness_of(issues: pl.DataFrame) -> Likeness:
    return compare_texts(text_rows(canonical_issues(issues)))


def score_of(found: Likeness, issues: pl.DataFrame, one: str, other: str) -> float:
    """The score of the pair of two titles."""
    titles = canonical_issues(issues)["title"].to_list()
    wanted = {titles.index(one), titles.index(other)}
    pairs = zip(
        found.pairs.left.tolist(), found.pairs.right.tolist(), found.pairs.score.tolist(), strict=True
    )
    return next(float(score) for left, right, score in pairs if {left, right} == wanted)


@pytest.mark.parametrize("size", [10, 25, 60])
@pytest.mark.parametrize("seed", range(5))
def test_one_off_reports_that_share_an_everyday_word_make_no_active_pattern(size: int, seed: int) -> None:
    chosen = np.random.default_rng(seed).permutation(len(ONE_OFF))[:size]
    issues = human_issues([ONE_OFF[at] for at in chosen])
    found = group_issues(issues, fingerprint_issues(issues))
    assert found.patterns.filter(pl.col("status") == "active").height == 0


@pytest.mark.parametrize("size", [10, 25, 60])
def test_one_report_told_twice_among_one_off_ones_is_found(size: int) -> None:
    told = ["Checkout times out at the payment gateway", "Payment gateway: checkout times out for customers"]
    issues = human_issues([*told, *ONE_OFF[: size - 2]])
    members = group_issues(issues, fingerprint_issues(issues)).members
    assert set(members["issue_id"]) == {"i0000", "i0001"}


def test_titles_of_one_wording_about_two_things_are_less_alike_than_one_told_shorter() -> None:
    titles = [
        "Remove usage of library Frobnicator from module Alpha",
        "Remove usage of library Wibblecaster from module Alpha",
        "Remove usage of library Frobnicator",
    ]
    issues = human_issues([*titles, *ONE_OFF])
    found = likeness_of(issues)
    assert score_of(found, issues, titles[0], titles[2]) > score_of(found, issues, titles[0], titles[1]) + 1.0


def test_months_between_two_reports_say_nothing_and_years_speak_against_one_cause() -> None:
    told = ["Checkout times out at the payment gateway", "Payment gateway: checkout times out for customers"]

    def apart(days: float) -> float:
        rows: list[dict[str, Any]] = [{"title": title} for title in (*told, *ONE_OFF)]
        rows[1]["source_created_at"] = START + timedelta(days=days)
        issues = issue_frame(rows)
        return score_of(likeness_of(issues), issues, *told)

    assert apart(0.1) == pytest.approx(apart(80.0))
    assert apart(400.0) > apart(2_000.0)
    assert apart(80.0) > apart(400.0)


def test_a_copy_says_much_where_duplicates_are_usual_and_less_where_they_are_rare() -> None:
    row = np.zeros(2, dtype=np.int64)
    pairs = Pairs(row, row + 1, np.ones(2), np.zeros(2), np.array([RETITLED, COPIED], dtype=np.int8))
    usual, rare = pairs.probability(-3.0), pairs.probability(-8.0)
    assert usual[1] > 0.98
    assert 0.5 < rare[1] < 0.8
    assert usual[0] == rare[0] > 0.8


def test_a_title_that_comes_back_again_and_again_is_a_chore_and_no_evidence() -> None:
    def equal(times: int) -> list[int]:
        chores = [
            {"title": "Update the yearly copyright notice", "body": f"Of {word}."} for word in WORDS[:times]
        ]
        found = likeness_of(issue_frame([*chores, *({"title": title} for title in ONE_OFF)]))
        return [int(equal) for equal in found.pairs.equal if equal > 0]

    assert equal(2) == [RETITLED]
    assert equal(4) == []


WORDS = ("brochures and flyers for the fair", "manuals", "the terms of sale", "price lists")
