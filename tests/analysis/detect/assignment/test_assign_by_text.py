"""New texts join the groups whose texts they are like, by average linkage, and say why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.assignment.assign_by_key import NewIssuePlacement
from causeloop_pipeline.analysis.detect.assignment.assign_by_text import TextPlacement, place_by_text
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from tests.support.failure_texts import human_issues

LIKE_CHECKOUT = "Checkout times out because the payment gateway is slow"
UNLIKE_ALL = "Zebra crossing xylophone quarantine"


@pytest.fixture(scope="module")
def index() -> PatternIndex:
    issues = human_issues()
    return group_issues(issues, fingerprint_issues(issues), options=EVERY_GROUP).index


def place(
    index: PatternIndex, titles: Sequence[str], excluded: Mapping[int, set[int]] | None = None
) -> tuple[list[int], TextPlacement]:
    new = human_issues(titles).with_columns(issue_id="n" + pl.col("issue_id"))
    placement = NewIssuePlacement(
        table=canonical_issues(new),
        keys=["text:"] * len(titles),
        group=np.full(len(titles), -1, dtype=np.int64),
        index_group_count=index.group_count,
        excluded_groups=dict(excluded or {}),
    )
    texts = place_by_text(placement, index, EVERY_GROUP.link_rule(index.recalibration))
    return placement.group.tolist(), texts


def group_of(index: PatternIndex, issue: str) -> int:
    return int(index.members.filter(pl.col("issue_id") == issue)["group"][0])


def test_a_text_joins_the_group_it_is_like_and_names_the_terms_and_the_issue(index: PatternIndex) -> None:
    groups, texts = place(index, [LIKE_CHECKOUT])
    assert groups == [group_of(index, "i0000")]
    reason = texts.reason[0]
    assert reason["with"] in {"i0000", "i0001"}
    assert {term["term"] for term in reason["terms"]} & {"gateway", "payment", "checkout"}
    assert 0 < texts.mean_similarity[0] <= 1
    assert 0 < texts.neighbour_similarity[0] <= 1


def test_a_text_like_no_other_gets_a_new_group(index: PatternIndex) -> None:
    groups, texts = place(index, [UNLIKE_ALL])
    assert groups == [index.group_count]
    assert texts.reason == {}


def test_new_texts_that_are_like_one_another_share_a_new_group(index: PatternIndex) -> None:
    groups, texts = place(index, [UNLIKE_ALL, UNLIKE_ALL])
    assert groups == [index.group_count, index.group_count]
    assert {reason["with"] for reason in texts.reason.values()} == {"ni0000", "ni0001"}


def test_a_text_stays_out_of_an_excluded_group_and_says_what_kept_it_out(index: PatternIndex) -> None:
    home = group_of(index, "i0000")
    groups, texts = place(index, [LIKE_CHECKOUT], excluded={0: {home}})
    assert groups != [home]
    assert texts.nearest_group == [home]
    assert texts.shortfall[0] is not None


def test_the_new_texts_become_a_segment_of_the_index(index: PatternIndex) -> None:
    groups, texts = place(index, [LIKE_CHECKOUT, UNLIKE_ALL])
    first, added = texts.segments(np.array(groups))
    assert first is index.segments[0]
    assert added.group.tolist() == groups
    assert added.corpus.size == 2


def test_few_texts_are_searched_together_with_those_that_came_before_them(index: PatternIndex) -> None:
    groups, texts = place(index, [LIKE_CHECKOUT, UNLIKE_ALL])
    later = replace(index, segments=texts.segments(np.array(groups)), lexicon=texts.lexicon)
    more_groups, more = place(later, ["Quarantine of the xylophone at the zebra crossing"])
    first, joined = more.segments(np.array(more_groups))
    assert first is index.segments[0]
    assert joined.group.tolist() == [*groups, *more_groups]
    assert more_groups == [groups[1]]


def test_without_texts_the_segments_of_the_index_stay_as_they_are(index: PatternIndex) -> None:
    groups, texts = place(index, [])
    assert groups == []
    assert texts.segments(np.array([], dtype=np.int64)) is index.segments
