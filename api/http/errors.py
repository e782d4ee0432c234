"""Error responses: RFC 9457 problem details with an error code and a trace id, the same for every route."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from api.http.bounded_pool import DatabaseBusyError
from api.http.bounds import MAX_ERRORS
from api.http.problem_codes import PROBLEM_CODES
from causeloop_pipeline.storage.app.vault import SecretError

PROBLEM_JSON = "application/problem+json"
TYPE_PREFIX = "https://causeloop.dev/problems/"
MAX_CREDENTIAL_BYTES = 16_000

LOST_DATABASE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # it starts, stops or recovers
    asyncpg.InsufficientResourcesError,  # its disk or memory is full
    asyncpg.PostgresSystemError,
    asyncpg.InternalClientError,  # the server ended it while nothing had been sent
    ConnectionError,
    psycopg.OperationalError,
)
"""The database is unavailable or cannot store anything: the request had no effect and may be repeated."""

BUSY_DATABASE = (
    DatabaseBusyError,
    PoolTimeout,
    TimeoutError,
    asyncpg.QueryCanceledError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
    psycopg.errors.QueryCanceled,
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
)
"""The database works, but had no time for this request."""

RELEASED = "released back to the pool"
"""How asyncpg says that the pool took a connection back, because the server had ended it."""

log = logging.getLogger("causeloop.api")


class Problem(Exception):  # noqa: N818 - an RFC 9457 problem
    """An expected error: what went wrong and what to do about it."""

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

    def __reduce__(self) -> tuple[Any, ...]:
        """How it travels from another process."""
        named = {"errors": list(self.errors), "headers": self.headers, **self.extra}
        return partial(Problem, **named), (self.status, self.code, self.detail)


def not_found(what: str) -> Problem:
    """404 with one text for a missing row and for a row of another workspace."""
    return Problem(404, "not_found", f"this workspace has no such {what}")


def conflict(code: str, detail: str, **extra: Any) -> Problem:
    """409: the current state of the row does not allow the request."""
    return Problem(409, code, detail, **extra)


def broken_rule(code: str, detail: str, pointer: str | None = None) -> Problem:
    """422: the request is well formed but breaks a rule of the product."""
    errors = [{"pointer": pointer, "detail": detail}] if pointer else []
    return Problem(422, code, detail, errors=errors)


def authentication_problem(code: str, detail: str) -> Problem:
    """401: the credentials are missing or not valid."""
    return Problem(401, code, detail, headers={"WWW-Authenticate": 'Bearer realm="causeloop"'})


def problem_response(request: Request, problem: Problem) -> Response:
    """The response that carries a problem."""
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.code.replace("_", "-"),
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
    """Register the handlers that turn every exception into problem details."""
    app.add_exception_handler(Problem, _handle_problem)
    app.add_exception_handler(RequestValidationError, _handle_invalid_request)
    app.add_exception_handler(HTTPException, _handle_http_exception)
    for lost in LOST_DATABASE:
        app.add_exception_handler(lost, _handle_lost_database)
    for busy in BUSY_DATABASE:
        app.add_exception_handler(busy, _handle_busy_database)
    app.add_exception_handler(asyncpg.InterfaceError, _handle_driver_error)
    app.add_exception_handler(SecretError, _handle_unreadable_secret)
    app.add_exception_handler(ClientDisconnect, _handle_broken_upload)
    app.add_exception_handler(asyncpg.exceptions.DataError, _handle_bad_value)
    app.add_exception_handler(Exception, _handle_bug)


async def _handle_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101
    return problem_response(request, error)


async def _handle_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    if request.method not in _find_methods(request):  # its last segment is a route of its own, not an id
        return await _handle_http_exception(request, HTTPException(405))
    errors = error.errors()
    fields = [_field_problem(item) for item in errors[:MAX_ERRORS]]
    detail = "; ".join(f"{item['pointer'] or '/'}: {item['detail']}" for item in fields[:3])
    return problem_response(request, Problem(422, _find_code(errors), detail, errors=fields))


def _find_code(errors: Sequence[Mapping[str, Any]]) -> str:
    """The rule that a well-formed request breaks."""
    kinds = {item["type"] for item in errors}
    return next(iter(kinds)) if len(kinds) == 1 and kinds <= PROBLEM_CODES.keys() else "validation_failed"


def _field_problem(item: Mapping[str, Any]) -> dict[str, str]:
    location, *path = [str(part) for part in item["loc"]]
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in path]
    return {"in": location, "pointer": "".join(f"/{part}" for part in escaped), "detail": str(item["msg"])}


async def _handle_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    codes = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large", 400: "malformed_request"}
    code = codes.get(error.status_code, HTTPStatus(error.status_code).name.lower())
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_find_methods(request))
    return problem_response(request, Problem(error.status_code, code, str(error.detail), headers=headers))


def _find_methods(request: Request) -> list[str]:
    """The methods of every route that matches the request's path; literal segments win over ids."""
    routes = [route for router in request.app.state.routers for route in router.routes]
    matching = [route for route in routes if route.matches(request.scope)[0] != Match.NONE]
    named = [route for route in matching if route.path == request.url.path]
    return sorted({method for route in named or matching for method in route.methods} or {"GET", "HEAD"})


async def _handle_lost_database(request: Request, error: Exception) -> Response:
    log.error("the database did not respond: %s", type(error).__name__)
    problem = Problem(
        503,
        "database_unavailable",
        "the database does not respond: try again in a few seconds",
        headers={"Retry-After": "5"},
    )
    return problem_response(request, problem)


async def _handle_driver_error(request: Request, error: Exception) -> Response:
    """A connection closed between two statements counts as lost; anything else is a defect."""
    if RELEASED in str(error):
        return await _handle_lost_database(request, error)
    return await _handle_bug(request, error)


async def _handle_busy_database(request: Request, error: Exception) -> Response:
    log.error("the database had no time for a request: %s", type(error).__name__)
    problem = Problem(
        503,
        "database_busy",
        "the database is busy: try again in a few seconds",
        headers={"Retry-After": "2"},
    )
    return problem_response(request, problem)


async def _handle_unreadable_secret(request: Request, error: Exception) -> Response:
    log.error("a stored secret cannot be decrypted: %s", error)
    problem = Problem(
        409,
        "secret_unreadable",
        "a stored secret cannot be decrypted with this installation's key: enter it again",
    )
    return problem_response(request, problem)


async def _handle_broken_upload(request: Request, _error: Exception) -> Response:
    log.info("%s %s was broken off by the client", request.method, request.url.path)
    return problem_response(request, Problem(400, "malformed_request", "the upload was broken off"))


async def _handle_bad_value(request: Request, error: Exception) -> Response:
    log.info("rejected a value that PostgreSQL cannot store: %s", type(error).__name__)
    problem = Problem(
        400,
        "malformed_request",
        "the request contains a value that cannot be stored, such as a NUL character",
    )
    return problem_response(request, problem)


async def _handle_bug(request: Request, error: Exception) -> Response:
    log.error(
        "unexpected failure of %s %s (trace %s)",
        request.method,
        request.url.path,
        getattr(request.state, "request_id", None),
        exc_info=error,
    )
    return problem_response(
        request,
        Problem(500, "internal_error", "an unexpected error occurred: quote the trace id when you report it"),
    )
