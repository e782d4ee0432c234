"""Links lead to the dashboard's pages, whether or not the public address ends with a slash."""

import pytest

from causeloop_pipeline.model.links import pattern_page, recommendation_page


@pytest.mark.parametrize("public_url", ["https://causeloop.example", "https://causeloop.example/"])
def test_links_name_the_page_and_the_row(public_url: str) -> None:
    assert pattern_page(public_url, "p-1") == "https://causeloop.example/#/patterns/p-1"
    assert recommendation_page(public_url, "r-1") == "https://causeloop.example/#/recommendations/r-1"
