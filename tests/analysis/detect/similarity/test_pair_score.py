"""The pair score: which features are evidence for one cause, which against it."""

from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import (
    PairwiseSimilarity,
    compare_texts,
    select_text_rows,
)
from tests.support.failure_texts import START, human_issues, issue_frame
from tests.support.one_off_titles import ONE_OFF

SAME_CAUSE = (
    "Checkout times out at the payment gateway",
    "Payment gateway: checkout times out for customers",
)


def compare(issues: pl.DataFrame) -> PairwiseSimilarity:
    return compare_texts(select_text_rows(canonical_issues(issues)))


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
    members = group_issues(issues, fingerprint_issues(issues), options=EVERY_GROUP).members
    assert set(members["issue_id"]) == {"i0000", "i0001"}


def test_a_title_that_repeats_another_in_other_spelling_is_nearer_than_one_that_shares_a_word() -> None:
    titles = ["DataNode cannot start", "Datanodes cannot be started", "DataNode loses its invoices"]
    issues = human_issues([*titles, *ONE_OFF])
    similarity = compare(issues)
    respelled = score_of(similarity, issues, titles[0], titles[1])
    assert respelled > score_of(similarity, issues, titles[0], titles[2]) + 0.5


def test_titles_of_one_wording_about_two_things_are_less_similar_than_a_shortened_title() -> None:
    titles = [
        "Remove usage of library Frobnicator from module Alpha",
        "Remove usage of library Wibblecaster from module Alpha",
        "Remove usage of library Frobnicator",
    ]
    issues = human_issues([*titles, *ONE_OFF])
    similarity = compare(issues)
    shortened = score_of(similarity, issues, titles[0], titles[2])
    assert shortened > score_of(similarity, issues, titles[0], titles[1]) + 0.5


def test_titles_that_differ_in_a_word_are_less_similar_than_equal_ones() -> None:
    titles = ["Upgrade the parser to release seven", "Upgrade the parser to release nine"]
    issues = human_issues([titles[0], titles[0], titles[1], *ONE_OFF])
    pairs = compare(issues).pairs
    scores = dict(zip(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True), pairs.score, strict=True))
    assert scores[0, 1] > scores[0, 2] + 1.0


def test_the_gap_of_a_pair_is_in_days_and_unknown_without_a_date() -> None:
    rows: list[dict[str, Any]] = [{"title": title} for title in (*SAME_CAUSE, SAME_CAUSE[0])]
    rows[1]["source_created_at"] = START + timedelta(days=3)
    rows[2]["source_created_at"] = None
    pairs = compare(issue_frame(rows)).pairs
    gaps = dict(zip(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True), pairs.gap_days, strict=True))
    assert gaps[0, 1] == pytest.approx(3.0)
    assert np.isnan(gaps[0, 2])
