"""The filters of a list are read, refused and described as FastAPI does it for the same model."""

from typing import Annotated, Any
from uuid import uuid4

import httpx2
from fastapi import APIRouter, FastAPI, Query, Response

from api.http import errors
from api.http.list_filters import build_filter_dependency, build_filter_table, describe_filters
from api.http.responses import json_response
from api.issues.schemas import IssueFilters
from api.main import load_routers
from tests.api.conftest import serving

ROW = str(uuid4())
QUERIES = (
    "",
    "limit=5&sort=-created_at",
    "limit=5&limit=7",
    "limit=0",
    "limit=many&pattern_id=none&created_from=yesterday",
    "severity=p1",
    "severity=p1&severity=p2&severity=p1",
    "severity=p9&severity=p1&status=broken",
    "service=a&service=&service=b",
    "q=",
    "q=a&q=bb",
    f"pattern_id={ROW}&connector_id={ROW}",
    "unknown=1",
    "unknown=1&unknown=2&other=x",
    "created_from=2026-01-01T00:00:00Z&created_before=2026-01-01",
    "limit=5&Limit=6",
    "%F0%9F%94%A5=1&service=%F0%9F%94%A5",
    "service=a%00b",
)


async def read_ours(filters: Annotated[IssueFilters, build_filter_dependency(IssueFilters)]) -> Response:
    return json_response(filters.model_dump(mode="json"))


async def read_theirs(filters: Annotated[IssueFilters, Query()]) -> Response:
    return json_response(filters.model_dump(mode="json"))


def test_answers_and_errors_are_those_of_fastapi() -> None:
    app = FastAPI()
    errors.install(app)
    app.state.routers = []
    app.get("/ours")(read_ours)
    app.get("/theirs")(read_theirs)
    answers: list[list[tuple[int, str]]] = []
    with serving(app) as url, httpx2.Client(base_url=url) as client:
        for query in QUERIES:
            pair = [client.get(f"/{name}?{query}") for name in ("ours", "theirs")]
            answers.append([(each.status_code, each.text.replace("/ours", "/theirs")) for each in pair])

    assert [ours for ours, _ in answers] == [theirs for _, theirs in answers]
    assert {status for (status, _), _ in answers} == {200, 422}


def test_the_description_is_that_of_fastapi() -> None:
    router = APIRouter()
    router.get("/theirs", name="theirs")(read_theirs)
    app = FastAPI()
    app.include_router(router)
    document: dict[str, Any] = app.openapi()

    ours = describe_filters({"list_issues": IssueFilters})

    expected = document["paths"]["/theirs"]["get"]["parameters"]
    assert ours["paths"]["/list_issues"]["get"]["parameters"] == expected


def test_every_list_of_the_workspace_has_its_filters_in_the_table() -> None:
    table = build_filter_table(load_routers())

    assert {"list_issues", "list_patterns", "list_predictions", "list_recommendations"} <= table.keys()
    assert table["list_issues"] is IssueFilters
