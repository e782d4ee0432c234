"""Every error has one shape: RFC 9457 problem details with a code for programs and a trace id for people."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

PROBLEM_JSON = "application/problem+json"
TYPE = "https://causeloop.dev/problems/"

log = logging.getLogger("causeloop.api")


class Problem(Exception):  # noqa: N818 - an RFC 9457 problem
    """An expected refusal: what happened and what to do about it."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers, self.extra = errors, headers, extra


def not_found(what: str) -> Problem:
    """The same words for what is absent and for what belongs to somebody else."""
    return Problem(404, "not_found", f"there is no such {what} in this workspace")


def conflict(code: str, detail: str, **extra: Any) -> Problem:
    """The row is in a state that does not allow this."""
    return Problem(409, code, detail, **extra)


def broken_rule(code: str, detail: str, pointer: str | None = None) -> Problem:
    """The request is well formed but a rule of the product forbids it."""
    errors = [{"pointer": pointer, "detail": detail}] if pointer else []
    return Problem(422, code, detail, errors=errors)


def problem_response(request: Request, problem: Problem) -> Response:
    """The answer that tells a problem."""
    body: dict[str, Any] = {
        "type": TYPE + problem.code.replace("_", "-"),
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
        "code": problem.code,
        "trace_id": getattr(request.state, "request_id", None),
        **problem.extra,
    }
    if problem.errors:
        body["errors"] = list(problem.errors)
    headers = dict(problem.headers or {})
    return Response(orjson.dumps(body), problem.status, headers, media_type=PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Give the application this one shape for everything that can go wrong."""
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(asyncpg.PostgresConnectionError, _unavailable)
    app.add_exception_handler(asyncpg.CannotConnectNowError, _unavailable)
    app.add_exception_handler(ConnectionError, _unavailable)
    app.add_exception_handler(asyncpg.exceptions.DataError, _unrepresentable)
    app.add_exception_handler(Exception, _bug)


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101
    return problem_response(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    fields = [_field(item) for item in error.errors()]
    detail = "; ".join(f"{item['pointer'] or '/'}: {item['detail']}" for item in fields[:3])
    return problem_response(request, Problem(422, "validation_failed", detail, errors=fields))


def _field(item: Mapping[str, Any]) -> dict[str, str]:
    place, *path = [str(part) for part in item["loc"]]
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in path]
    return {"in": place, "pointer": "".join(f"/{part}" for part in escaped), "detail": str(item["msg"])}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    codes = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large", 400: "malformed_request"}
    code = codes.get(error.status_code, HTTPStatus(error.status_code).name.lower())
    return problem_response(
        request, Problem(error.status_code, code, str(error.detail), headers=error.headers)
    )


async def _unavailable(request: Request, error: Exception) -> Response:
    log.error("the database did not answer: %s", type(error).__name__)
    problem = Problem(
        503,
        "database_unavailable",
        "the database does not answer right now: try again",
        headers={"Retry-After": "5"},
    )
    return problem_response(request, problem)


async def _unrepresentable(request: Request, error: Exception) -> Response:
    log.info("a value that PostgreSQL cannot represent was refused: %s", type(error).__name__)
    problem = Problem(400, "malformed_request", "a value of the request cannot be represented, such as NUL")
    return problem_response(request, problem)


async def _bug(request: Request, error: Exception) -> Response:
    log.error(
        "unexpected failure of %s %s (trace %s)",
        request.method,
        request.url.path,
        getattr(request.state, "request_id", None),
        exc_info=error,
    )
    return problem_response(
        request, Problem(500, "internal_error", "something unexpected happened: quote the trace id")
    )
