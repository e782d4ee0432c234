"""The OpenAPI document: adds the required role and the error responses to every operation."""

import asyncio
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field, JsonValue
from starlette.concurrency import run_in_threadpool

from api.http.document_texts import describe, list_operations
from api.http.errors import PROBLEM_JSON
from api.http.exclusions import describe_exclusions
from api.http.list_filters import describe_filters
from api.http.problem_codes import PROBLEM_CODES
from causeloop_pipeline.model.tenancy import Role
from causeloop_pipeline.settings import settings

SCHEME = "bearer"
SECURITY_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "The key of a service account, a personal key, or the access token of a session",
}
TAGS = {
    "health": "Liveness, readiness and metrics",
    "sessions": "Sign in, refresh a session, sign out",
    "issues": "Failure events: list, report and correct them",
    "ingestion": "Send events and changes, and receive webhooks of external tools",
    "changes": "Deploys, releases and configuration changes",
    "clusters": "Patterns that belong to one systemic problem, and the pattern graph",
    "patterns": "Issues that share one root cause",
    "corrections": "Link, unlink, merge, split, confirm and close patterns",
    "predictions": "How likely a pattern recurs, and how accurate predictions were",
    "owners": "Whom to tell: owners of services, patterns and recommendations",
    "recommendations": "Ranked remediations, their progress, tickets and proofs",
    "connectors": "Integrations with external tools",
    "alerts": "Alert rules and their channels",
    "workspace": "The workspace, its settings and its onboarding",
    "members": "Members, invitations, and the directory that provisions them",
    "search": "One search over everything",
    "personal": "What the one who asks has saved: views, notifications, the wish for reports",
    "keys": "Keys of service accounts and of people",
    "audit": "Who did what, when and from where",
    "export": "Download lists as JSON lines or CSV",
    "stream": "Live updates as server-sent events",
}
ERROR_RESPONSES = {
    400: "The request cannot be parsed",
    401: "Not signed in, or the credentials are not valid",
    403: "The role, the plan or the workspace's sign-in rules do not allow it",
    404: "This workspace has no such row",
    408: "The body did not arrive in time",
    409: "The current state of the row does not allow it",
    412: "`If-Match` does not name the current version",
    413: "The body is too large",
    415: "The body is not JSON",
    416: "The file has no such bytes",
    422: "A field is invalid, or the request breaks a rule of the product",
    429: "Rate limit reached: wait as long as `Retry-After` says",
    500: "An unexpected error occurred: quote the trace id when you report it",
    503: "The database or the identity provider does not respond: try again",
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    pointer: str = Field(description="JSON pointer into the body, or `/` and the parameter's name")
    detail: str


class ProblemDetails(BaseModel):
    """An error as RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(
        description="Error code for programs; each always has the same status",
        json_schema_extra={"enum": list[JsonValue](sorted(PROBLEM_CODES))},
    )
    trace_id: str | None = Field(description="The request's `X-Request-Id`")
    errors: list[FieldProblem] = []


@dataclass(frozen=True)
class OperationTables:
    """What FastAPI does not know about the operations, by name: roles, and filters and sorts of lists."""

    roles: Mapping[str, Role | None]
    filters: Mapping[str, type[BaseModel]]
    sorts: Mapping[str, Mapping[str, JsonValue]]


def install(app: FastAPI, tables: OperationTables) -> None:
    """Let the application describe its operations with their roles, sorts and error responses."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build_document(app, tables)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def serve(app: FastAPI, admit: Callable[[Request], None]) -> None:
    """Serve the document, built and compressed once beside the event loop; `admit` raises for whom not."""
    lock = asyncio.Lock()
    written: dict[str, bytes] = {}

    async def read_document(request: Request) -> Response:
        admit(request)
        async with lock:
            if not written:
                written["identity"] = await run_in_threadpool(lambda: orjson.dumps(app.openapi()))
                written["gzip"] = await run_in_threadpool(gzip.compress, written["identity"])
        is_packed = "gzip" in request.headers.get("accept-encoding", "")
        headers = {"Content-Encoding": "gzip"} if is_packed else {}
        content = written["gzip" if is_packed else "identity"]
        return Response(content, headers=headers | {"Vary": "Accept-Encoding"}, media_type="application/json")

    app.add_route("/openapi.json", read_document, include_in_schema=False)


def _build_document(app: FastAPI, tables: OperationTables) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        openapi_version="3.1.0",
        routes=app.routes,
        tags=[{"name": name, "description": description} for name, description in TAGS.items()],
        servers=[{"url": settings().public_url.rstrip("/"), "description": "This installation"}],
    )
    filters = describe_filters(tables.filters)
    components = document.setdefault("components", {})
    components["securitySchemes"] = {SCHEME: SECURITY_SCHEME}
    schemas = components.setdefault("schemas", {})
    schemas |= filters["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"ProblemDetails": problem}
    for operation in list_operations(document):
        name = operation["operationId"]
        if name in tables.roles:
            _describe_operation(operation, tables.roles[name])
        if name in tables.filters:
            operation["parameters"] = filters["paths"][f"/{name}"]["get"]["parameters"]
            describe_exclusions(operation["parameters"], schemas)
        if name in tables.sorts:
            _describe_sorts(operation, tables.sorts[name])
    describe(document)
    return document


def _describe_operation(operation: dict[str, Any], role: Role | None) -> None:
    operation["security"] = [{SCHEME: []}] if role else []
    operation["x-least-role"] = role.name.lower() if role else "none"
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    for status, description in ERROR_RESPONSES.items():
        operation["responses"][str(status)] = {
            "description": description,
            "content": {PROBLEM_JSON: schema},
        }


def _describe_sorts(operation: dict[str, Any], schema: Mapping[str, JsonValue]) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"] == "sort":
            parameter["schema"] = schema
