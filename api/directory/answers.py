"""Reads the requests of identity providers, and writes SCIM 2.0 responses."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response
from scim2_models import (
    Context,
    ListResponse,
    NotFoundException,
    PatchOp,
    Resource,
    ResponseParameters,
    ScimPolicy,
    SearchRequest,
)
from scim2_models import InvalidSyntaxException as BadSyntax

from api.directory.errors import MEDIA_TYPE
from causeloop_pipeline.settings import settings

PATH = "/scim/v2"
PARAMETERS = {"filter", "startIndex", "count", "attributes", "excludedAttributes"}
DEFAULT_RESULTS, MAX_RESULTS = 100, 200
LENIENT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""Okta and Microsoft Entra send more attributes than are kept, and patches that deviate from RFC 7644."""


def build_location(path: str) -> str:
    """The address of a resource of the directory."""
    return f"{settings().public_url.rstrip('/')}{PATH}{path}"


def parse_id(text: str) -> UUID:
    """The id in a path; 404 where it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundException(detail="there is no such resource") from None


async def read_resource(request: Request, model: Any, context: Context) -> Any:
    """The person or group in the body."""
    return model.model_validate(await _read_body(request), scim_ctx=context, scim_policy=LENIENT)


async def apply_patch(request: Request, resource: Any) -> None:
    """Change a resource by the operations in the body."""
    operations = PatchOp[type(resource)].model_validate(  # type: ignore[misc]
        await _read_body(request), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=LENIENT
    )
    operations.patch(resource, LENIENT)


async def _read_body(request: Request) -> Any:
    body = await request.json() if await request.body() else None
    if not isinstance(body, dict):
        raise BadSyntax(detail="the body must be a JSON object")
    return body


async def read_search(request: Request, model: Any) -> Any:
    """The search, from the query or, where it is posted, from the body."""
    if request.method == "POST":
        return SearchRequest[model].model_validate(
            await _read_body(request), scim_ctx=Context.SEARCH_REQUEST, scim_policy=LENIENT
        )
    parameters = {name: value for name, value in request.query_params.items() if name in PARAMETERS and value}
    return SearchRequest[model].model_validate(parameters)


def find_equality(search: Any) -> tuple[str, str | None]:
    """Attribute and text of a filter that is one comparison, such as `userName eq "ana"`."""
    tree = search.filter.ast if search.filter else None
    name, value = getattr(tree, "attr_path", ""), getattr(tree, "value", None)
    is_equality = str(getattr(getattr(tree, "op", None), "value", "")) == "eq" and isinstance(value, str)
    return (str(name).lower(), value) if is_equality else ("", None)


def answer_page(search: Any, model: Any, resources: Sequence[Resource[Any]]) -> Response:
    """One page of the resources that a search matches."""
    matching = [each for each in resources if search.filter is None or search.filter.match(each)]
    first = max(search.start_index or 1, 1) - 1
    count = min(DEFAULT_RESULTS if search.count is None else max(search.count, 0), MAX_RESULTS)
    page = matching[first : first + count]
    answer = ListResponse[model](
        total_results=len(matching), start_index=first + 1, items_per_page=len(page), resources=page
    )
    wanted_attributes = ResponseParameters[model](
        attributes=search.attributes, excluded_attributes=search.excluded_attributes
    )
    return _write(answer, Context.RESOURCE_QUERY_RESPONSE, 200, wanted_attributes)


def answer_resource(
    request: Request, resource: Resource[Any], context: Context, status: int = 200
) -> Response:
    """One resource, with the attributes that the request wants."""
    names = {"attributes", "excludedAttributes"}
    wanted = {name: value for name, value in request.query_params.items() if name in names and value}
    wanted_attributes = ResponseParameters[type(resource)].model_validate(wanted)  # type: ignore[misc]
    response = _write(resource, context, status, wanted_attributes)
    if resource.meta and resource.meta.location:
        response.headers["Location"] = str(resource.meta.location)
    return response


def write_description(described: Any) -> Response:
    """A discovery document of the directory: one entry or a list."""
    return _write(described, Context.RESOURCE_QUERY_RESPONSE, 200, None)


def _write(message: Any, context: Context, status: int, wanted_attributes: Any) -> Response:
    document = message.model_dump(scim_ctx=context, response_parameters=wanted_attributes)
    return Response(orjson.dumps(document), status, media_type=MEDIA_TYPE)
