"""A page of a list is read from an index in its order, whatever the planner knows of a table."""

from uuid import UUID

import psycopg
import pytest

from api.http.confinement import confine
from api.http.database import encode_parameters
from api.issues.queries import ISSUES
from api.listing.queries import Listing, choose_order, select_page, select_rows
from api.predictions.queries import PREDICTIONS
from api.recommendations.queries import RECOMMENDATIONS
from tests.conftest import Installation

PAGES = {
    "issues_newest": (ISSUES, {}, None),
    "issues_by_risk": (ISSUES, {}, "-risk_score"),
    "issues_of_service": (ISSUES, {"service": ["checkout"]}, None),
    "current_predictions_by_probability": (PREDICTIONS, {}, None),
    "recommendations_by_rank": (RECOMMENDATIONS, {}, None),
}


@pytest.mark.parametrize("index", PAGES)
def test_a_page_is_read_in_the_order_of_an_index(
    index: str, installation: Installation, workspace_id: UUID
) -> None:
    listing, filters, sort = PAGES[index]
    page = select_page(listing, select_rows(listing, filters), choose_order(listing, sort), None, 25)
    with psycopg.connect(installation.api_url) as connection:
        for method in ("seqscan", "sort", "bitmapscan", "incremental_sort"):
            connection.execute(f"set local enable_{method} = off")
        connection.execute("prepare page (jsonb, uuid) as " + confine(page))
        plan = connection.execute(
            f"explain execute page ('{encode_parameters(filters)}', '{workspace_id}')"
        ).fetchall()

    text = "\n".join(line for (line,) in plan)
    assert f"using {index}" in text
    assert "Sort Key: i." not in text
    assert "Sort Key: c." not in text


def test_one_value_of_a_filter_leaves_an_index_in_order_and_several_are_a_set() -> None:
    listing: Listing = ISSUES

    single = select_rows(listing, {"service": ["a"]})
    several = select_rows(listing, {"service": ["a", "b"]})

    assert "i.service = ($1 -> 'service' ->> 0)" in single
    assert "i.service = any (array(" in several
