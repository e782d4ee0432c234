"""The table of roles that the routes declare."""

from fastapi import APIRouter, Request, Response

from api.access.permissions import build_role_table, requires_no_role


def test_the_table_has_the_operations_of_the_api_and_no_other_route() -> None:
    async def read_anything(_: Request) -> Response:
        return Response()

    async def log_in() -> None:
        return None

    router = APIRouter()
    router.get("/health")(read_anything)
    router.add_route("/v1/plain", read_anything)
    router.post("/v1/auth/login")(requires_no_role(log_in))

    assert build_role_table([router]) == {"log_in": None}
