"""Clusters: planted systemic problems are clustering, explained, and keep their ids."""

import random
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.analysis.detect.clusters.clusters import PatternClusters, cluster_patterns
from causeloop_pipeline.model.frames import CLUSTER_MEMBER_SCHEMA, CLUSTER_SCHEMA, EDGE_SCHEMA
from tests.support.pattern_frames import build_pattern_frames, day, issue

World = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def plant_groups(groups: int, per_group: int = 5, *, seed: int = 1, services: bool = True) -> World:
    """Patterns of a group share a service and break on the same days; their other days are their own."""
    chance = random.Random(seed)
    patterns: dict[str, list[dict[str, Any]]] = {}
    for group in range(groups):
        bursts = [chance.uniform(0, 360) for _ in range(9)]
        for number in range(per_group):
            key = f"p{group}-{number}"
            days = [at + chance.random() / 4 for at in bursts] + [chance.uniform(0, 360) for _ in range(2)]
            where = {"service": f"svc{group}"} if services else {}
            patterns[key] = [
                issue(f"{key}-{n}", at, title=f"thing {key} broke", **where) for n, at in enumerate(days)
            ]
    return build_pattern_frames(patterns)


def build_unrelated_patterns(count: int, *, seed: int, per_pattern: int = 12) -> World:
    """Patterns that share nothing but the working week."""
    chance = random.Random(seed)
    weekdays = [n for n in range(360) if n % 7 < 5]
    return build_pattern_frames(
        {
            f"p{number}": [
                issue(f"i{number}-{n}", chance.choice(weekdays) + chance.random()) for n in range(per_pattern)
            ]
            for number in range(count)
        }
    )


def cluster(frames: World, **options: Any) -> PatternClusters:
    settings: dict[str, Any] = {"namespace": "w", "min_strength": 0.3}
    return cluster_patterns(*frames, **(settings | options))


def memberships(clustering: PatternClusters) -> list[list[str]]:
    grouped = clustering.members.group_by("cluster_id").agg(pl.col("pattern_id").sort())
    return sorted(grouped["pattern_id"].to_list())


def ids_of_planted_groups(groups: int, per_group: int = 5) -> list[list[str]]:
    return [[f"p{group}-{number}" for number in range(per_group)] for group in range(groups)]


def test_planted_groups_that_share_service_and_bursts_are_found_exactly() -> None:
    clustering = cluster(plant_groups(8))
    assert memberships(clustering) == ids_of_planted_groups(8)
    assert (clustering.clusters.schema, clustering.members.schema, clustering.edges.schema) == (
        CLUSTER_SCHEMA,
        CLUSTER_MEMBER_SCHEMA,
        EDGE_SCHEMA,
    )


def test_groups_that_share_only_their_bursts_are_found_as_well() -> None:
    clustering = cluster(plant_groups(6, services=False))
    assert memberships(clustering) == ids_of_planted_groups(6)
    kinds = {reason["kind"] for reasons in clustering.edges["reasons"] for reason in reasons}
    assert kinds == {"overlapping_bursts"}


@pytest.mark.parametrize("seed", range(5))
def test_patterns_that_share_nothing_but_the_working_week_stay_apart(seed: int) -> None:
    assert cluster(build_unrelated_patterns(60, seed=seed)).edges.height <= 1


def test_a_service_that_every_pattern_has_joins_nothing_strongly() -> None:
    patterns = {
        f"p{n}": [issue(f"i{n}-{k}", n * 7 + k * 31, service="everything") for k in range(4)]
        for n in range(40)
    }
    assert cluster(build_pattern_frames(patterns)).edges.is_empty()


def test_missing_fields_join_nothing() -> None:
    patterns = {
        f"p{n}": [issue(f"i{n}-{k}", n * 7 + k * 31, title=f"odd {n}") for k in range(4)] for n in range(9)
    }
    assert cluster(build_pattern_frames(patterns)).edges.is_empty()


def test_every_edge_names_its_reasons_and_reaches_the_least_strength() -> None:
    edges = cluster(plant_groups(4), min_strength=0.4).edges
    assert edges["strength"].min() >= 0.4
    assert (edges["left_pattern_id"] < edges["right_pattern_id"]).all()
    for strength, reasons in edges.select("strength", "reasons").iter_rows():
        assert reasons
        assert all(reason["text"] and 0 < reason["strength"] <= strength + 1e-6 for reason in reasons)


def test_row_order_and_repetition_change_not_a_byte() -> None:
    frames = plant_groups(6)
    first = cluster(frames)
    shuffled = tuple(frame.sample(fraction=1.0, shuffle=True, seed=7) for frame in frames)
    second = cluster(shuffled)  # type: ignore[arg-type]
    for name in ("clusters", "members", "edges"):
        assert_frame_equal(getattr(first, name), getattr(second, name))


def test_a_cluster_keeps_its_id_when_patterns_join_it() -> None:
    patterns, members, issues = plant_groups(5)
    without = patterns.filter(pl.col("pattern_id") != "p0-0")
    before = cluster((without, members, issues))
    after = cluster((patterns, members, issues), previous=before.members)
    old = dict(before.members.select("pattern_id", "cluster_id").iter_rows())
    new = dict(after.members.select("pattern_id", "cluster_id").iter_rows())
    assert all(new[pattern] == cluster for pattern, cluster in old.items())


def test_when_two_clusters_become_one_the_larger_part_gives_the_id() -> None:
    clustering = cluster(plant_groups(1))
    split = pl.DataFrame(
        {"cluster_id": ["a", "a", "b", "b", "b"], "pattern_id": [f"p0-{n}" for n in range(5)]},
        schema=CLUSTER_MEMBER_SCHEMA,
    )
    assert cluster(plant_groups(1), previous=split).clusters["cluster_id"].to_list() == ["b"]
    assert clustering.clusters["cluster_id"].to_list() != ["b"]


def test_when_a_cluster_splits_one_part_keeps_the_id_and_the_other_gets_a_new_one() -> None:
    together = pl.DataFrame(
        [("old", f"p{group}-{number}") for group in range(2) for number in range(5)],
        schema=CLUSTER_MEMBER_SCHEMA,
        orient="row",
    )
    ids = cluster(plant_groups(2), previous=together).clusters["cluster_id"].to_list()
    assert len(set(ids)) == 2
    assert "old" in ids


def test_ids_differ_between_workspaces() -> None:
    ours, theirs = (
        cluster(plant_groups(3), namespace=name).clusters["cluster_id"].to_list() for name in ("w", "v")
    )
    assert not set(ours) & set(theirs)


def test_a_cluster_is_named_after_what_its_patterns_share_with_counts() -> None:
    rows = {
        f"p{n}": [
            issue(f"i{n}-{k}", 10 * k + n, title=f"call {n} timed out", service="ledger") for k in range(6)
        ]
        for n in range(4)
    }
    rows |= {
        f"q{n}": [issue(f"j{n}-{k}", 11 * k + n, title=f"row {n} odd", service=f"s{n}") for k in range(6)]
        for n in range(9)
    }
    clustering = cluster(build_pattern_frames(rows))
    row = clustering.clusters.filter(pl.col("name").str.contains("ledger")).row(0, named=True)
    assert row["name"] == "Timeout failures in ledger"
    assert "4 of 4 patterns share service ledger" in row["likely_cause"]
    assert (row["pattern_count"], row["issue_count"]) == (4, 24)


def test_patterns_that_break_after_the_same_deploys_are_joined_by_them() -> None:
    chance = random.Random(5)
    deploys = [20.5 * n + 3 for n in range(14)]
    rows = {
        f"p{n}": [
            *[
                issue(f"i{n}-{k}", at + 0.1 + chance.random() / 4)
                for k, at in enumerate(deploys)
                if (k + n) % 3
            ],
            *[issue(f"i{n}-x{k}", chance.uniform(0, 290)) for k in range(2)],
        ]
        for n in range(3)
    }
    rows |= {f"q{n}": [issue(f"j{n}-{k}", chance.uniform(0, 290)) for k in range(9)] for n in range(12)}
    changes = pl.DataFrame(
        {"changed_at": [day(at) for at in deploys], "kind": ["deploy"] * 14, "service": ["shop"] * 14}
    )
    edges = cluster(build_pattern_frames(rows), changes=changes).edges
    reason = pl.element().struct
    following = edges.filter(pl.col("reasons").list.eval(reason.field("kind")).list.contains("shared_change"))
    pairs = set(following.select("left_pattern_id", "right_pattern_id").iter_rows())
    assert pairs == {("p0", "p1"), ("p0", "p2"), ("p1", "p2")}
    assert all("deploy of shop" in str(reasons.to_list()) for reasons in following["reasons"])


def test_no_patterns_give_empty_frames_of_the_right_shape() -> None:
    patterns, members, issues = plant_groups(1)
    clustering = cluster((patterns.clear(), members.clear(), issues.clear()))
    assert (clustering.clusters.height, clustering.members.height, clustering.edges.height) == (0, 0, 0)
    assert clustering.edges.schema == EDGE_SCHEMA


def test_a_strength_outside_zero_to_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        cluster(plant_groups(1), min_strength=1.5)


def test_bursts_are_found_in_a_busy_workspace_of_many_patterns() -> None:
    chance = random.Random(11)
    rows = {f"q{n}": [issue(f"j{n}-{k}", chance.uniform(0, 360)) for k in range(8)] for n in range(700)}
    together = [chance.uniform(0, 360) for _ in range(14)]
    for n in range(2):
        rows[f"p{n}"] = [issue(f"i{n}-{k}", at + chance.random() / 9) for k, at in enumerate(together)]
    edges = cluster(build_pattern_frames(rows)).edges
    assert edges.select("left_pattern_id", "right_pattern_id").rows() == [("p0", "p1")]
