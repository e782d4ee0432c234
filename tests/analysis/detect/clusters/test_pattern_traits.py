"""The traits of a pattern are what enough of its issues share, and the failure that its words name."""

import polars as pl

from causeloop_pipeline.analysis.detect.clusters.pattern_traits import (
    build_pattern_text,
    find_commonest_titles,
    find_pattern_traits,
    join_member_issues,
)
from tests.support.pattern_frames import build_pattern_frames, issue


def find(*services: str | None, title: str = "it broke") -> list[tuple[str, str, float]]:
    rows = [issue(f"i{n}", n, title=title, service=service) for n, service in enumerate(services)]
    patterns, members, issues = build_pattern_frames({"p": rows})
    traits = find_pattern_traits(patterns, join_member_issues(members, issues))
    return traits.select("kind", "value", "share").rows()


def test_a_service_of_at_least_thirty_percent_of_the_issues_is_a_trait() -> None:
    assert find("db", "db", "web", None) == [("service", "db", 0.5)]


def test_empty_and_missing_services_are_not_a_trait() -> None:
    assert find("", "  ", None) == []


def test_the_words_of_a_pattern_name_its_family_of_failure() -> None:
    assert find(None, title="call timed out") == [("error_family", "timeout", 1.0)]


def test_issues_are_joined_once_and_come_oldest_first() -> None:
    _, members, issues = build_pattern_frames({"p": [issue("b", 2), issue("a", 1)]})
    joined = join_member_issues(pl.concat([members, members]), issues)
    assert joined["issue_id"].to_list() == ["a", "b"]


def test_the_commonest_title_wins_and_ties_go_to_the_first_in_the_alphabet() -> None:
    titles = ["b", "b", "a"]
    rows = {"p": [issue(f"i{n}", n, title=title) for n, title in enumerate(titles)]}
    rows["q"] = [issue("x", 1, title="z"), issue("y", 1, title="c")]
    _, members, issues = build_pattern_frames(rows)
    assert find_commonest_titles(join_member_issues(members, issues)) == {"p": "b", "q": "c"}


def test_the_text_of_a_pattern_holds_name_template_error_type_and_title() -> None:
    fingerprint = {"template": {"value": "Disk <*>"}, "error_type": {"value": "DiskFull"}, "team": None}
    assert build_pattern_text("Disk", fingerprint, "disk full") == "Disk\nDisk <*>\nDiskFull\ndisk full"
    assert build_pattern_text(None, None, "") == ""
