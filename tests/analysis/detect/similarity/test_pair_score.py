"""The pair score: which features are evidence for one cause, which against it."""

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.detect.similarity.pair_score import SAME_TEXT, SAME_TITLE, Pairs
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import (
    PairwiseSimilarity,
    compare_texts,
    text_rows,
)
from tests.support.failure_texts import START, human_issues, issue_frame
from tests.support.one_off_titles import ONE_OFF

SAME_CAUSE = (
    "Checkout times out at the payment gateway",
    "Payment gateway: checkout times out for customers",
)


def compare(issues: pl.DataFrame) -> PairwiseSimilarity:
    return compare_texts(text_rows(canonical_issues(issues)))


def score_of(similarity: PairwiseSimilarity, issues: pl.DataFrame, first: str, second: str) -> float:
    """The score of the pair of two titles."""
    titles = canonical_issues(issues)["title"].to_list()
    wanted = {titles.index(first), titles.index(second)}
    pairs = similarity.pairs
    scored = zip(pairs.left.tolist(), pairs.right.tolist(), pairs.score.tolist(), strict=True)
    return next(float(score) for left, right, score in scored if {left, right} == wanted)


@pytest.mark.parametrize("size", [10, 25, 60])
@pytest.mark.parametrize("seed", range(5))
def test_one_off_reports_that_share_an_everyday_word_make_no_active_pattern(size: int, seed: int) -> None:
    chosen = np.random.default_rng(seed).permutation(len(ONE_OFF))[:size]
    issues = human_issues([ONE_OFF[at] for at in chosen])
    grouping = group_issues(issues, fingerprint_issues(issues))
    assert grouping.patterns.filter(pl.col("status") == "active").height == 0


@pytest.mark.parametrize("size", [10, 25, 60])
def test_two_reports_of_one_cause_are_found_among_one_off_reports(size: int) -> None:
    issues = human_issues([*SAME_CAUSE, *ONE_OFF[: size - 2]])
    members = group_issues(issues, fingerprint_issues(issues)).members
    assert set(members["issue_id"]) == {"i0000", "i0001"}


def test_titles_of_one_wording_about_two_things_are_less_similar_than_a_shortened_title() -> None:
    titles = [
        "Remove usage of library Frobnicator from module Alpha",
        "Remove usage of library Wibblecaster from module Alpha",
        "Remove usage of library Frobnicator",
    ]
    issues = human_issues([*titles, *ONE_OFF])
    similarity = compare(issues)
    shortened = score_of(similarity, issues, titles[0], titles[2])
    assert shortened > score_of(similarity, issues, titles[0], titles[1]) + 1.0


def test_months_between_two_reports_are_no_evidence_and_years_are_evidence_against_one_cause() -> None:
    def score_at_gap(days: float) -> float:
        rows: list[dict[str, Any]] = [{"title": title} for title in (*SAME_CAUSE, *ONE_OFF)]
        rows[1]["source_created_at"] = START + timedelta(days=days)
        issues = issue_frame(rows)
        return score_of(compare(issues), issues, *SAME_CAUSE)

    assert score_at_gap(0.1) == pytest.approx(score_at_gap(80.0))
    assert score_at_gap(400.0) > score_at_gap(2_000.0)
    assert score_at_gap(80.0) > score_at_gap(400.0)


def test_a_copy_is_strong_evidence_where_duplicates_are_common_and_weaker_where_they_are_rare() -> None:
    row = np.zeros(2, dtype=np.int64)
    pairs = Pairs(row, row + 1, np.ones(2), np.zeros(2), np.array([SAME_TITLE, SAME_TEXT], dtype=np.int8))
    common, rare = pairs.probability(-3.0), pairs.probability(-8.0)
    assert common[1] > 0.98
    assert 0.5 < rare[1] < 0.8
    assert common[0] == rare[0] > 0.8


def test_a_title_that_many_reports_share_is_no_evidence() -> None:
    def equal_pairs(times: int) -> list[int]:
        chores = [
            {"title": "Update the yearly copyright notice", "body": f"Of {word}."} for word in WORDS[:times]
        ]
        similarity = compare(issue_frame([*chores, *({"title": title} for title in ONE_OFF)]))
        return [int(equal) for equal in similarity.pairs.equal if equal > 0]

    assert equal_pairs(2) == [SAME_TITLE]
    assert equal_pairs(4) == []


WORDS = ("brochures and flyers for the fair", "manuals", "the terms of sale", "price lists")
