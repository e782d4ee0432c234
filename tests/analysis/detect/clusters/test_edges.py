"""Edges join patterns by what they share, weighted by rarity, with the reasons for each."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.clusters import edges as edges_module
from causeloop_pipeline.analysis.detect.clusters.edges import build_pattern_edges
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import (
    TRAIT_SCHEMA,
    join_member_issues,
    list_active_days,
)
from causeloop_pipeline.analysis.detect.clusters.post_change_patterns import POST_CHANGE_SCHEMA
from causeloop_pipeline.model.frames import EDGE_SCHEMA
from tests.support.pattern_frames import build_pattern_frames, issue

Trait = tuple[str, str, str, float]


def build(
    traits: list[Trait], post_change: list[tuple[Any, ...]] | None = None, min_strength: float = 0.0
) -> pl.DataFrame:
    """Edges between ten patterns p0 … p9 that fail on days of their own."""
    rows = {f"p{n}": [issue(f"i{n}-{k}", n + 20 * k) for k in range(4)] for n in range(10)}
    patterns, members, issues = build_pattern_frames(rows)
    return build_pattern_edges(
        patterns,
        list_active_days(join_member_issues(members, issues)),
        pl.DataFrame(traits, schema=TRAIT_SCHEMA, orient="row"),
        pl.DataFrame(post_change or [], schema=POST_CHANGE_SCHEMA, orient="row"),
        min_strength=min_strength,
    )


def share(kind: str, value: str, *patterns: int, part: float = 1.0) -> list[Trait]:
    return [(f"p{number}", kind, value, part) for number in patterns]


def strength_of(traits: list[Trait]) -> float:
    edges = build(traits)
    assert edges.select("left_pattern_id", "right_pattern_id").rows() == [("p0", "p1")]
    return float(edges["strength"][0])


def test_without_anything_shared_there_are_no_edges() -> None:
    assert build([]).schema == EDGE_SCHEMA
    assert build(share("service", "db", 0)).is_empty()


def test_a_shared_trait_joins_and_is_the_reason() -> None:
    edges = build(share("service", "db", 0, 1))
    reasons = edges["reasons"][0]
    assert [reason["kind"] for reason in reasons] == ["service"]
    assert reasons[0]["text"] == "both have service db (100 % and 100 % of their issues)"


def test_the_smaller_share_of_both_sides_counts() -> None:
    partly = [*share("service", "db", 0), *share("service", "db", 1, part=0.4)]
    assert strength_of(partly) == pytest.approx(0.4 * strength_of(share("service", "db", 0, 1)), abs=1e-6)


def test_a_trait_of_many_patterns_weighs_less_than_one_of_two() -> None:
    rare = build(share("service", "db", 0, 1))["strength"].max()
    common = build(share("service", "db", *range(9)))["strength"].max()
    assert common < rare


def test_of_one_aspect_only_the_strongest_reason_counts_and_aspects_add_up() -> None:
    service = share("service", "db", 0, 1)
    where_twice = [*service, *share("region", "eu", 0, 1)]
    where_and_what = [*service, *share("error_type", "Timeout", 0, 1)]
    assert strength_of(where_twice) == strength_of(service)
    assert strength_of(where_and_what) > strength_of(service)


def test_patterns_that_follow_the_same_change_are_joined_by_it() -> None:
    rows = [(f"p{n}", "deploy", "shop", 8, 10, 0.1, 0.01) for n in (0, 1)]
    reason = build([], rows)["reasons"][0][0]
    assert reason["kind"] == "shared_change"
    assert reason["text"] == "both follow a deploy of shop within 12 hours (8 of 10 and 8 of 10 times)"
    assert reason["strength"] == pytest.approx(0.42)


def test_edges_below_the_least_strength_are_left_out() -> None:
    traits = share("team", "core", 0, 1)
    assert build(traits, min_strength=0.1).height == 1
    assert build(traits, min_strength=0.2).is_empty()


TRAITS = st.lists(
    st.tuples(
        st.integers(0, 9).map("p{}".format),
        st.sampled_from(["service", "team", "error_family"]),
        st.sampled_from("ab"),
        st.floats(0.3, 1.0),
    ),
    max_size=20,
    unique_by=lambda trait: trait[:3],
)


@settings(max_examples=40, deadline=None)
@given(TRAITS, st.randoms())
def test_edges_lie_between_zero_and_one_whatever_the_order_of_traits(
    traits: list[Trait], random: Any
) -> None:
    edges = build(traits)
    assert (edges["left_pattern_id"] < edges["right_pattern_id"]).all()
    assert edges["strength"].is_between(0, 1).all()
    assert edges.select("left_pattern_id", "right_pattern_id").is_unique().all()
    random.shuffle(traits)
    assert build(traits).equals(edges)


@settings(max_examples=40, deadline=None)
@given(TRAITS, st.integers(1, 5))
def test_edges_are_the_same_however_many_pairs_are_compared_at_once(
    traits: list[Trait], pairs_at_once: int
) -> None:
    changes = [(f"p{n}", "deploy", "shop", 8, 10, 0.1, 0.01) for n in (0, 1, 4)]
    at_once = build(traits, changes, min_strength=0.1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edges_module, "_PAIRS_AT_ONCE", pairs_at_once)
        assert build(traits, changes, min_strength=0.1).equals(at_once)
