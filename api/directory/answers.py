"""Reads the requests of identity providers, and writes SCIM 2.0 responses."""

from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response
from scim2_models import Context, InvalidFilterException, NotFoundException
from scim2_models import InvalidSyntaxException as BadSyntax

from api.directory.errors import MEDIA_TYPE
from causeloop_pipeline.settings import settings

PATH = "/scim/v2"
PARAMETERS = {"filter", "startIndex", "count", "attributes", "excludedAttributes"}
ATTRIBUTES = {"attributes", "excludedAttributes"}


def build_location(path: str) -> str:
    """The address of a resource of the directory."""
    return f"{settings().public_url.rstrip('/')}{PATH}{path}"


def parse_id(text: str) -> UUID:
    """The id in a path; 404 where it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundException(detail="there is no such resource") from None


async def read_body(request: Request) -> Any:
    """The object in the body."""
    body = await request.json() if await request.body() else None
    if not isinstance(body, dict):
        raise BadSyntax(detail="the body must be a JSON object")
    return body


async def read_search(request: Request) -> tuple[dict[str, Any], Context | None]:
    """What is searched: the query or, where it is posted, the body, which is read in this context."""
    if request.method == "POST":
        return await read_body(request), Context.SEARCH_REQUEST
    query = request.query_params.items()
    return {name: value for name, value in query if name in PARAMETERS and value}, None


def read_wanted(request: Request) -> dict[str, str]:
    """Which attributes a response shall have."""
    return {name: value for name, value in request.query_params.items() if name in ATTRIBUTES and value}


def find_equality(search: Any) -> tuple[str, str | None]:
    """Attribute and text of a filter that is one comparison, such as `userName eq "ana"`."""
    tree = search.filter.ast if search.filter else None
    name, value = getattr(tree, "attr_path", ""), getattr(tree, "value", None)
    is_equality = str(getattr(getattr(tree, "op", None), "value", "")) == "eq" and isinstance(value, str)
    if not is_equality:
        return "", None
    try:
        str(value).encode()
    except UnicodeEncodeError:
        raise InvalidFilterException(detail="the filter holds half a character") from None
    return str(name).lower(), value


def write_document(document: Any, status: int = 200, location: str | None = None) -> Response:
    """A document of SCIM as a response."""
    headers = {"Location": location} if location else None
    return Response(orjson.dumps(document), status, headers, media_type=MEDIA_TYPE)


def write_description(described: Any) -> Response:
    """A discovery document of the directory: one entry or a list."""
    context = Context.RESOURCE_QUERY_RESPONSE
    return write_document(described.model_dump(scim_ctx=context, response_parameters=None))
