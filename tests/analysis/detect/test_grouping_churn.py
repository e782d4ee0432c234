"""Equal content has an equal digest, and churn counts the issues whose pattern changed."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.grouping_churn import compute_content_digest, measure_churn


def members(**patterns: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"issue_id": list(patterns), "pattern_id": list(patterns.values())},
        schema={"issue_id": pl.String, "pattern_id": pl.String},
    )


def test_equal_frames_and_settings_have_an_equal_digest() -> None:
    assert compute_content_digest(members(a="p"), ("x", 1)) == compute_content_digest(
        members(a="p"), ("x", 1)
    )


@pytest.mark.parametrize(
    "parts", [(members(a="q"), ("x", 1)), (members(a="p"), ("x", 2)), (members(a="p"),), (("x", 1),)]
)
def test_any_difference_changes_the_digest(parts: tuple[object, ...]) -> None:
    assert compute_content_digest(*parts) != compute_content_digest(members(a="p"), ("x", 1))


def test_churn_is_the_share_of_issues_whose_pattern_is_another() -> None:
    before = members(a="p", b="p", c="q", d="q")
    assert measure_churn(before, before) == 0.0
    assert measure_churn(before, members(a="p", b="p", c="q", d="p")) == 0.25


def test_issues_that_joined_or_left_a_pattern_count_as_changed() -> None:
    assert measure_churn(members(a="p", b="p"), members(a="p", c="p")) == pytest.approx(2 / 3)


def test_no_issues_have_no_churn() -> None:
    assert measure_churn(members(), members()) == 0.0
