"""Patterns follow a change when their episodes begin within twelve hours after it, beyond chance."""

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.pattern_traits import join_member_issues
from causeloop_pipeline.analysis.detect.clusters.post_change_patterns import (
    POST_CHANGE_SCHEMA,
    find_post_change_patterns,
)
from tests.support.pattern_frames import build_pattern_frames, day, issue

DEPLOYS = [20.5 * number + 3 for number in range(14)]


def find(days_of_pattern: dict[str, list[float]], changes: pl.DataFrame | None) -> pl.DataFrame:
    rows = {
        key: [issue(f"{key}{n}", at) for n, at in enumerate(days)] for key, days in days_of_pattern.items()
    }
    _, members, issues = build_pattern_frames(rows)
    return find_post_change_patterns(join_member_issues(members, issues), changes)


def deploys(service: str | None = "shop") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "changed_at": [day(at) for at in DEPLOYS],
            "kind": ["deploy"] * len(DEPLOYS),
            "service": pl.Series([service] * len(DEPLOYS), dtype=pl.String),
        }
    )


AFTER = [at + 0.2 for at in DEPLOYS]
ELSEWHERE = [at + 7.0 for at in DEPLOYS]


def test_a_pattern_that_begins_after_deploys_is_found_with_its_counts() -> None:
    post_change = find({"p": AFTER, "q": ELSEWHERE}, deploys())
    assert post_change.schema == POST_CHANGE_SCHEMA
    assert post_change.select("pattern_id", "kind", "service", "followed", "episodes").rows() == [
        ("p", "deploy", "shop", 14, 14)
    ]
    assert post_change["chance"][0] < 0.2


def test_issues_of_one_episode_count_once() -> None:
    twice = [at + step for at in AFTER for step in (0.0, 0.1)]
    assert find({"p": twice, "q": ELSEWHERE}, deploys())["episodes"].to_list() == [14]


def test_a_change_without_kind_or_service_is_a_change() -> None:
    post_change = find({"p": AFTER, "q": ELSEWHERE}, deploys().select("changed_at"))
    assert post_change.select("kind", "service").rows() == [("change", "")]


def test_one_episode_after_a_change_is_not_evidence() -> None:
    assert find({"p": AFTER[:1], "q": ELSEWHERE}, deploys()).is_empty()


def test_without_changes_or_issues_nothing_is_found() -> None:
    assert find({"p": AFTER}, None).schema == POST_CHANGE_SCHEMA
    assert find({"p": AFTER}, deploys().clear()).is_empty()
    _, members, issues = build_pattern_frames({"p": [issue("i", 1)]})
    assert find_post_change_patterns(join_member_issues(members.clear(), issues), deploys()).is_empty()
