"""A cluster is named after what at least half of its patterns share, with the counts behind it."""

from typing import Any

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.clusters.cluster_causes import name_clusters
from causeloop_pipeline.analysis.detect.clusters.pattern_traits import TRAIT_SCHEMA
from causeloop_pipeline.analysis.detect.clusters.post_change_patterns import POST_CHANGE_SCHEMA
from causeloop_pipeline.model.frames import CLUSTER_MEMBER_SCHEMA, CLUSTER_SCHEMA, EDGE_SCHEMA
from tests.support.pattern_frames import build_pattern_frames, issue

SERVICE = ("service", "ledger")
TIMEOUT = ("error_family", "timeout")
DNS = ("error_family", "dns")
ERROR = ("error_type", "KeyError")


def name(
    *traits_of_pattern: list[tuple[str, str]],
    after_deploys: bool = False,
    reasons: tuple[dict[str, str], ...] = (),
) -> dict[str, Any]:
    """The row of one cluster whose patterns have these traits."""
    keys = [f"p{number}" for number in range(len(traits_of_pattern))]
    patterns, _, _ = build_pattern_frames(
        {key: [issue(f"{key}-{n}", n, title=f"thing {key}") for n in range(2)] for key in keys}
    )
    traits = [(key, *trait, 1.0) for key, own in zip(keys, traits_of_pattern, strict=True) for trait in own]
    changes = [(key, "deploy", "shop", 3, 4, 0.1, 0.01) for key in keys] if after_deploys else []
    edges = [(keys[0], keys[1], 0.5, list(reasons))] if reasons else []
    clusters = name_clusters(
        pl.DataFrame([("c", key) for key in keys], schema=CLUSTER_MEMBER_SCHEMA, orient="row"),
        patterns,
        pl.DataFrame(traits, schema=TRAIT_SCHEMA, orient="row"),
        pl.DataFrame(changes, schema=POST_CHANGE_SCHEMA, orient="row"),
        pl.DataFrame(edges, schema=EDGE_SCHEMA, orient="row"),
    )
    assert clusters.schema == CLUSTER_SCHEMA
    return clusters.row(0, named=True)


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        ([SERVICE, TIMEOUT], "Timeout failures in ledger"),
        ([SERVICE], "Failures in ledger"),
        ([DNS], "DNS failures"),
        ([ERROR], "KeyError"),
        ([], "Bursts together with: thing p0"),
    ],
)
def test_a_name_says_what_fails_and_where(traits: list[tuple[str, str]], expected: str) -> None:
    assert name(traits, traits)["name"] == expected


def test_without_a_place_the_change_that_patterns_follow_is_in_the_name() -> None:
    row = name([TIMEOUT], [TIMEOUT], after_deploys=True)
    assert row["name"] == "Timeout failures after a deploy of shop"
    assert "2 of 2 break out within 12 hours after a deploy of shop" in row["likely_cause"]


def test_a_trait_of_fewer_than_half_of_the_patterns_is_not_a_cause() -> None:
    row = name([SERVICE], [SERVICE], [], [], [])
    assert row["name"].startswith("Bursts together")
    assert "no single trait is common to half of them" in row["likely_cause"]


def test_the_cause_counts_patterns_bursting_pairs_and_issues() -> None:
    row = name([SERVICE], [SERVICE], [], reasons=({"kind": "overlapping_bursts"},))
    assert row["likely_cause"] == (
        "2 of 3 patterns share service ledger; 1 pair burst on the same days beyond chance (6 issues in all)."
    )
    assert (row["pattern_count"], row["issue_count"]) == (3, 6)


def test_a_service_that_is_called_like_a_reason_is_not_a_burst() -> None:
    text = "both have service overlapping_bursts (100 % and 100 % of their issues)"
    row = name([SERVICE], [SERVICE], reasons=({"kind": "service", "text": text},))
    assert "burst on the same days" not in row["likely_cause"]
