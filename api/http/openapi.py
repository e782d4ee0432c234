"""The OpenAPI document: every operation names its least role and the problems that it can answer with."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from api.access.permissions import LEAST_ROLE
from api.http.errors import PROBLEM_JSON

SCHEME = "bearer"
REFUSALS = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "The role, the plan or the sign-in does not allow it",
    404: "No such row in this workspace",
    409: "The row's state does not allow it",
    413: "The body is too large",
    422: "A field or a rule of the product is broken",
    429: "Too many requests: wait as `Retry-After` says",
    500: "Something unexpected happened: quote the trace id",
    503: "The database does not answer right now",
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    pointer: str = Field(description="JSON pointer into the body, or the parameter's name")
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    trace_id: str | None
    errors: list[FieldProblem] = []


def describe(app: FastAPI) -> None:
    """Let the application describe itself with roles and problems."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        openapi_version="3.1.0",
        routes=app.routes,
    )
    components = document.setdefault("components", {})
    components["securitySchemes"] = {SCHEME: {"type": "http", "scheme": "bearer"}}
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs") | {"ProblemDetails": problem}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _describe_operation(path, operation)
    return document


def _describe_operation(path: str, operation: dict[str, Any]) -> None:
    if not path.startswith("/v1/"):
        return
    least = LEAST_ROLE[operation["operationId"]]
    operation["security"] = [{SCHEME: []}] if least else []
    operation["x-least-role"] = least.name.lower() if least else "none"
    reference = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    for status, description in REFUSALS.items():
        operation["responses"][str(status)] = {
            "description": description,
            "content": {PROBLEM_JSON: reference},
        }
