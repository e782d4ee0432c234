"""Links lead to the dashboard's pages, whether or not the public address ends with a slash."""

import pytest

from causeloop_pipeline.model.links import build_pattern_url, build_recommendation_url


@pytest.mark.parametrize("public_url", ["https://causeloop.example", "https://causeloop.example/"])
def test_links_name_the_page_and_the_row(public_url: str) -> None:
    assert build_pattern_url(public_url, "p-1") == "https://causeloop.example/#/patterns/p-1"
    assert build_recommendation_url(public_url, "r-1") == "https://causeloop.example/#/recommendations/r-1"
