"""A path is compared with the routes of those subjects only that may have it, and finds the same ones."""

import re

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import Match
from starlette.types import Scope

from api.http.subject_router import SubjectRouter
from api.main import load_routers


class Unasked(APIRoute):
    """A route that must not be compared with any path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Fail."""
        raise AssertionError(scope["path"])


def make_app() -> FastAPI:
    """An application of two subjects, the first of which must not be compared with a path."""
    first = APIRouter(prefix="/v1/issues", route_class=Unasked)
    second = APIRouter(prefix="/v1")

    @first.get("/{issue_id}")
    async def read_issue() -> None:
        """Be never reached."""

    @second.get("/me")
    async def read_me() -> str:
        return "me"

    @second.get("/{kind}/count")
    async def count(kind: str) -> str:
        return kind

    app = FastAPI()
    for router in (first, second):
        app.include_router(SubjectRouter(router.routes))
    return app


def test_a_path_is_compared_with_no_subject_whose_paths_begin_otherwise() -> None:
    client = TestClient(make_app())

    assert client.get("/v1/me").json() == "me"
    assert client.get("/v1/me/").json() == "me"  # by a redirection
    assert client.get("/v1/patterns/count").json() == "patterns"
    assert client.get("/v2/me").status_code == 404
    assert client.post("/v1/me").status_code == 405
    with pytest.raises(AssertionError, match="/v1/issues/7"):
        client.get("/v1/issues/7")


def test_no_route_of_the_api_is_left_out_for_a_path_that_it_takes() -> None:
    routers = load_routers()
    paths = {
        re.sub(r"\{[^}]*\}", filler, route.path)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for filler in ("x", "catalog", "0190b6f4-6f5c-7cc0-8e69-8f0b1fd6c6a1")
    }

    left_out = [
        (path, route.path)
        for path in paths
        for router in routers
        if not path.startswith(router.beginnings)
        for route in router.routes
        if isinstance(route, APIRoute) and route.path_regex.match(path)
    ]

    assert len(paths) > 200
    assert left_out == []


def test_under_a_prefix_that_a_proxy_leaves_it_is_read_as_well() -> None:
    router = APIRouter()

    @router.get("/v1/me")
    async def read_me() -> str:
        return "me"

    app = FastAPI()
    app.include_router(SubjectRouter(router.routes))

    assert TestClient(app, root_path="/causeloop").get("/causeloop/v1/me").json() == "me"
