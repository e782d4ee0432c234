"""A simple read that is called directly answers as FastAPI would, for every query."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.routing import APIRoute

from api.http import errors
from api.http.responses import json_response
from api.main import load_routers
from api.operation import PROVIDERS, Operation
from api.resources.reading.direct_call import build_direct_handler
from api.schemas.detect.issues import IssueFilters
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


async def provide_workspace(request: Request) -> str:
    return request.headers.get("x-workspace", "none")


async def echo(
    request: Request,
    row_id: UUID,
    filters: Annotated[IssueFilters, Query()],
    workspace: Annotated[str, Depends(provide_workspace)],
) -> Response:
    document: dict[str, Any] = filters.model_dump(mode="json")
    return json_response({"row": str(row_id), "path": request.url.path, "at": workspace, **document})


class DirectRoute(APIRoute):
    def get_route_handler(self) -> Any:
        handler = build_direct_handler(
            self, {provide_workspace: lambda request: request.headers.get("x-workspace", "none")}
        )
        assert handler is not None
        return handler


def test_answers_and_errors_are_those_of_fastapi() -> None:
    app = FastAPI()
    errors.install(app)
    app.state.routers = []
    for prefix, route_class in (("/direct", DirectRoute), ("/full", APIRoute)):
        router = APIRouter(prefix=prefix, route_class=route_class)
        router.get("/{row_id}")(echo)
        app.include_router(router)
    answers = []
    with serving(app) as url, httpx2.Client(base_url=url, headers={"x-workspace": "w"}) as client:
        for row in (ROW, "no-id"):
            for query in QUERIES:
                pair = [client.get(f"/{prefix}/{row}?{query}") for prefix in ("direct", "full")]
                answers.append([(each.status_code, each.text.replace("/full/", "/direct/")) for each in pair])

    assert [direct for direct, _ in answers] == [full for _, full in answers]
    assert {status for (status, _), _ in answers} == {200, 422}


@pytest.mark.parametrize("path", ["/v1/issues", "/v1/patterns", "/v1/predictions", "/v1/issues/{issue_id}"])
def test_the_most_frequent_reads_are_called_directly(path: str) -> None:
    routes = [route for router in load_routers() for route in router.routes if isinstance(route, Operation)]
    route = next(route for route in routes if route.path == path and route.methods == {"GET"})

    assert build_direct_handler(route, PROVIDERS) is not None
